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
    return tuple(
        configuration_of(
            (item for root in group for item in by_name[root.name].resources()),
            stacks=[by_name[root.name].stack() for root in group],
        )
        for group in remote.groups()
    )


def _remote_output(view: View, remote: RemoteStates, by_name: dict[str, View]) -> Lookup:
    def output(label: str, name: str) -> Any:
        return by_name[remote.target(view.root, label).name].output(name)

    return output
