"""A mutant of the production environment that a rule must find, and the edits that written mutants consist of."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from terraform_harness.mutation import OPERATORS, Mutant, mutants, written_mutant
from terraform_harness.mutation.json_arguments import (
    POLICIES,
    RESOURCE_POLICIES,
    TRUST,
    statements,
    with_container,
    with_statement,
)
from terraform_harness.mutation.json_arguments import containers as containers_of

Documents = dict[str, dict[str, Any]]
Change = Callable[[Documents], None]
FOUNDATION, AIRFLOW = "prod-foundation", "prod-airflow"
WORKER_ROLE = "worker_default_task_role"


@dataclass(frozen=True)
class RuleMutant:
    """How to make a mutant, the rule that must find it, and the other rules that may find it too."""

    rule: str
    make: Callable[[Documents], Mutant] = field(repr=False)
    also: frozenset[str] = frozenset()


class Mutants(list[RuleMutant]):
    """The mutants of one family of rules."""

    def generated(self, rule: str, address: str, edit: str, *also: str) -> None:
        """Register the mutant that an operator of the harness makes of a resource; `edit` is `operator: change`."""
        operator, _, change = edit.partition(": ")

        def make(documents: Documents) -> Mutant:
            made = mutants(documents, operators={operator: OPERATORS[operator]})
            found = [mutant for mutant in made if (mutant.address, mutant.change) == (address, change)]
            assert found, f"{rule}: the harness makes no mutant {address}: {edit}"
            return found[0]

        self.append(RuleMutant(rule=rule, make=make, also=frozenset(also)))

    def written(self, rule: str, title: str, *also: str) -> Callable[[Change], Change]:
        """Register a change that no operator makes: it needs several resources, or a value that only `rule` knows."""

        def register(change: Change) -> Change:
            def make(documents: Documents) -> Mutant:
                return written_mutant(title, documents, change)

            self.append(RuleMutant(rule=rule, make=make, also=frozenset(also)))
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
    main = containers_of(task)[0]
    edit(main)
    task.update(with_container(task, 0, main))


def set_variable(documents: Documents, component: str, name: str, value: str) -> None:
    """Set a plain variable of a component's main container."""

    def edit(container: dict[str, Any]) -> None:
        others = [item for item in container["environment"] if item["name"] != name]
        container["environment"] = [*others, {"name": name, "value": value}]

    containers(documents, component, edit)


def statement(documents: Documents, kind: str, name: str, **changes: Any) -> None:
    """Edit the first statement of a policy; None removes an element."""
    resource = body(documents, kind, name)
    argument = (POLICIES | TRUST | RESOURCE_POLICIES)[kind]
    first = statements(resource, argument)[0] | changes
    kept = {key: value for key, value in first.items() if value is not None}
    resource.update(with_statement(resource, argument, 0, kept))


def grant(documents: Documents, role: str = WORKER_ROLE, **statement_: Any) -> None:
    """Add an inline policy to a role."""
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement_}]}
    number = len(documents[AIRFLOW]["resource"]["aws_iam_role_policy"])
    content = {"name": f"more-{number}", "role": f"${{aws_iam_role.{role}.id}}", "policy": json.dumps(document)}
    add(documents, "aws_iam_role_policy", f"more_{number}", content)
