"""Mutants of IAM policies, trust policies and resource policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from terraform_harness.mutation.json_arguments import (
    POLICIES,
    RESOURCE_POLICIES,
    TRUST,
    Statement,
    statements,
    with_statement,
)
from terraform_harness.mutation.mutant import Edit, operator


def _edits(
    body: Mapping[str, Any],
    key: str,
    change: str,
    applies: Callable[[Statement], bool],
    replace: Callable[[Statement], Statement],
) -> Iterator[Edit]:
    """Yield an edit for each statement that ``applies`` accepts; ``replace`` returns the new statement."""
    for index, statement in enumerate(statements(body, key)):
        if applies(statement):
            label = statement.get("Sid") or index
            changed = with_statement(body, key, index, replace(statement))
            yield Edit(change=f"{change} in statement {label}", body=changed)


@operator
def any_action(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Allow every action."""
    if type_ in POLICIES:
        yield from _edits(body, POLICIES[type_], "Action = *", bool, lambda statement: statement | {"Action": "*"})


@operator
def any_resource(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Allow the actions of a statement on every resource."""

    def narrow(statement: Statement) -> bool:
        return statement.get("Resource") not in ("*", ["*"])

    if type_ in POLICIES:
        key = POLICIES[type_]
        yield from _edits(body, key, "Resource = *", narrow, lambda statement: statement | {"Resource": "*"})


@operator
def any_principal(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Allow every principal in a trust policy or a resource policy."""

    def narrow(statement: Statement) -> bool:
        return statement.get("Effect") == "Allow" and statement.get("Principal") != "*"

    key = (TRUST | RESOURCE_POLICIES).get(type_, "")
    yield from _edits(body, key, "Principal = *", narrow, lambda statement: statement | {"Principal": "*"})


@operator
def no_condition(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Remove the condition of a statement, for instance the source account of a trust policy."""

    def without(statement: Statement) -> Statement:
        return {name: value for name, value in statement.items() if name != "Condition"}

    key = (POLICIES | TRUST | RESOURCE_POLICIES).get(type_, "")
    yield from _edits(body, key, "no Condition", lambda statement: bool(statement.get("Condition")), without)


@operator
def deny_becomes_allow(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Turn a Deny of a resource policy into an Allow."""

    def denies(statement: Statement) -> bool:
        return statement.get("Effect") == "Deny"

    key = RESOURCE_POLICIES.get(type_, "")
    yield from _edits(body, key, "Deny becomes Allow", denies, lambda statement: statement | {"Effect": "Allow"})
