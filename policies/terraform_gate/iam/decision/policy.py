"""Policies that are compiled once and then evaluated for many requests.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from terraform_gate.iam.actions import as_pattern
from terraform_gate.iam.decision.conditions import Condition, compile_conditions
from terraform_gate.iam.decision.context import Context
from terraform_gate.iam.decision.patterns import Pattern, Style, overlap
from terraform_gate.iam.decision.truth import Truth, all_of, any_of, negated
from terraform_gate.iam.documents import parsed_statements
from terraform_gate.iam.statement import Statement

CURRENT_VERSION = "2012-10-17"


@dataclass(frozen=True)
class CompiledStatement:
    """A statement whose patterns and conditions are compiled."""

    source: Statement
    resources: tuple[Pattern, ...]
    not_resources: tuple[Pattern, ...]
    conditions: tuple[Condition, ...]

    def applies(self, resource: str, context: Context, *, is_pattern: bool = False) -> Truth:
        """Return whether resource and conditions match; the action and the principal are compared elsewhere.

        Args:
            resource: The ARN of the request.
            context: The condition keys of the request.
            is_pattern: Whether ``resource`` is a pattern: an Allow for one resource that it covers is enough.
        """
        matched = self._covers(resource, context)
        if is_pattern and matched is False and self.source.allows:
            matched = any(overlap(pattern.text, resource) for pattern in self.resources)
        if matched is False or not self.conditions:
            return matched
        held = all_of(condition(context) for condition in self.conditions)
        return held if matched else (False if held is False else None)

    def _covers(self, resource: str, context: Context) -> Truth:
        if self.resources:
            return any_of(pattern.matches(resource, context) for pattern in self.resources)
        return negated(any_of(pattern.matches(resource, context) for pattern in self.not_resources))


class Policy:
    """One policy document.

    Args:
        statements: The statements of the document.
        label: Name of the policy in messages.
        has_variables: Whether the version of the document has policy variables.

    Raises:
        MalformedError: A condition operator does not exist.
    """

    def __init__(self, statements: Iterable[Statement], *, label: str = "", has_variables: bool = True) -> None:
        self.label = label
        self.statements = tuple(_compiled(item, has_variables=has_variables) for item in statements)
        self._covering: dict[str, tuple[CompiledStatement, ...]] = {}

    @classmethod
    def parse(cls, document: Mapping[str, Any], *, label: str = "") -> Policy:
        """Compile a policy document.

        Raises:
            MalformedError: AWS would reject the document.
        """
        has_variables = document.get("Version") == CURRENT_VERSION
        return cls(parsed_statements(document), label=label, has_variables=has_variables)

    def covering(self, action: str) -> tuple[CompiledStatement, ...]:
        """List the statements that cover an action (in lower case) by ``Action`` or ``NotAction``."""
        found = self._covering.get(action)
        if found is None:
            found = tuple(item for item in self.statements if covers(item.source, action))
            self._covering[action] = found
        return found


def covers(statement: Statement, action: str) -> bool:
    """Return whether a statement covers an action, by ``Action`` or ``NotAction``."""
    named = statement.actions or statement.not_actions
    hit = any(as_pattern(pattern.lower()).fullmatch(action.lower()) for pattern in named)
    return hit if statement.actions else not hit


def _compiled(statement: Statement, *, has_variables: bool) -> CompiledStatement:
    def patterns(texts: tuple[str, ...]) -> tuple[Pattern, ...]:
        return tuple(Pattern(text, Style.RESOURCE, has_variables=has_variables) for text in texts)

    return CompiledStatement(
        source=statement,
        resources=patterns(statement.resources),
        not_resources=patterns(statement.not_resources),
        conditions=tuple(compile_conditions(statement.conditions, has_variables=has_variables)),
    )
