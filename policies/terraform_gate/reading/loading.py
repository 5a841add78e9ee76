"""Combines the roots and plans that read each other's state into configurations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from terraform_gate.configuration import Configuration, configuration_of
from terraform_gate.reading.evaluation import Lookup
from terraform_gate.reading.remote_state import RemoteStates
from terraform_gate.reading.view import View


def configurations_of(views: Sequence[View]) -> tuple[Configuration, ...]:
    """Evaluate the views; those that read each other's state, directly or not, become one configuration."""
    remote = RemoteStates([view.root for view in views])
    by_name = {view.root.name: view for view in views}
    for view in views:
        view.connect(_remote_output(view, remote, by_name))
    stacks = {name: view.stack() for name, view in by_name.items()}
    made = []
    for group in remote.groups():
        names = {root.name for root in group}
        made.append(
            configuration_of(
                (item for root in group for item in by_name[root.name].resources()),
                stacks=[stacks[root.name] for root in group],
                other_stacks=[stack for name, stack in stacks.items() if name not in names],
            )
        )
    return tuple(made)


def _remote_output(view: View, remote: RemoteStates, by_name: dict[str, View]) -> Lookup:
    def output(label: str, name: str) -> Any:
        return by_name[remote.target(view.root, label).name].output(name)

    return output
