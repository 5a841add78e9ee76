"""A change of the production environment that a rule must find, and what several changes need."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Documents = dict[str, dict[str, Any]]
Change = Callable[[Documents], None]
FOUNDATION, AIRFLOW = "prod-foundation", "prod-airflow"
WORKER_ROLE = "worker_default_task_role"


@dataclass(frozen=True)
class Mutant:
    """A change, the rule that must find it, and the other rules that may find it too."""

    rule: str
    title: str
    change: Change = field(repr=False)
    also: frozenset[str] = frozenset()


class Mutants(list[Mutant]):
    """The mutants of one family of rules."""

    def add(self, rule: str, title: str, *also: str) -> Callable[[Change], Change]:
        """Register a change that `rule` must find."""

        def register(change: Change) -> Change:
            self.append(Mutant(rule=rule, title=title, change=change, also=frozenset(also)))
            return change

        return register


def body(documents: Documents, kind: str, name: str) -> Any:
    """Return the arguments of a resource of either stack."""
    return next(found for item in documents.values() if (found := item["resource"].get(kind, {}).get(name)))


def only(documents: Documents, kind: str) -> Any:
    """Return the arguments of the first resource of a type."""
    return next(found for item in documents.values() for found in item["resource"].get(kind, {}).values())


def add(documents: Documents, kind: str, name: str, content: dict[str, Any], *, stack: str = AIRFLOW) -> None:
    """Add a resource to a stack."""
    documents[stack]["resource"].setdefault(kind, {})[name] = content


def containers(documents: Documents, component: str, edit: Callable[[dict[str, Any]], None]) -> None:
    """Edit the main container of a component."""
    task = body(documents, "aws_ecs_task_definition", f"{component}_task_definition")
    listed = json.loads(task["container_definitions"])
    edit(listed[0])
    task["container_definitions"] = json.dumps(listed)


def set_variable(documents: Documents, component: str, name: str, value: str) -> None:
    """Set a plain variable of a component's main container."""

    def edit(container: dict[str, Any]) -> None:
        others = [item for item in container["environment"] if item["name"] != name]
        container["environment"] = [*others, {"name": name, "value": value}]

    containers(documents, component, edit)


def statement(documents: Documents, kind: str, name: str, **changes: Any) -> None:
    """Edit the first statement of a policy; None removes an element."""
    resource = body(documents, kind, name)
    argument = "assume_role_policy" if kind == "aws_iam_role" else "policy"
    document = json.loads(resource[argument])
    first = {**document["Statement"][0], **changes}
    document["Statement"][0] = {key: value for key, value in first.items() if value is not None}
    resource[argument] = json.dumps(document)


def grant(documents: Documents, role: str = WORKER_ROLE, **statement_: Any) -> None:
    """Add an inline policy to a role."""
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement_}]}
    number = len(documents[AIRFLOW]["resource"]["aws_iam_role_policy"])
    content = {"name": f"more-{number}", "role": f"${{aws_iam_role.{role}.id}}", "policy": json.dumps(document)}
    add(documents, "aws_iam_role_policy", f"more_{number}", content)
