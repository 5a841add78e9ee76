"""One statement of an IAM policy, and what its conditions require."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Statement:
    """One statement. Values are as written, a scalar becomes a tuple of one, `${...}` stays an expression."""

    effect: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    principals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Kind (`AWS`, `Service`, `Federated`) -> values; `"*"` alone is `{"*": ("*",)}`."""
    not_principals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    """Operator -> key in lower case -> values."""
    sid: str = ""

    @property
    def allows(self) -> bool:
        """Whether the effect is Allow."""
        return self.effect == "Allow"

    @property
    def has_ended(self) -> bool:
        """Whether a condition requires a time of the request, or of its session, that is in the past of every reader.

        ``DateLessThan`` of ``aws:TokenIssueTime`` for instance ends the sessions of a role: new sessions do not match.
        """
        return any(
            values and all(_YEAR.match(value) and value[:4] < _PRESENT for value in values)
            for operator, by_key in self.conditions.items()
            if operator.lower() in {"datelessthan", "datelessthanequals"}
            for key, values in by_key.items()
            if key.lower() in {"aws:currenttime", "aws:tokenissuetime"}
        )

    def condition(self, *keys: str) -> tuple[str, ...]:
        """Return the values that positive, non-optional operators require for any of these condition keys."""
        wanted = {key.lower() for key in keys}
        return tuple(
            value
            for operator, by_key in self.conditions.items()
            if _narrows(operator)
            for key, values in by_key.items()
            if key in wanted
            for value in values
        )

    def is_narrowed_by(self, *keys: str, accounts: frozenset[str] = frozenset()) -> bool:
        """Whether one of these condition keys requires specific values.

        Args:
            keys: condition keys; one of them is enough.
            accounts: the own accounts: a value that names another one narrows nothing. Empty when they are not known.

        A value with wildcards that match other accounts narrows nothing.
        """
        demands = (self.condition(key) for key in keys)
        return any(
            values and all(_is_particular(value) and _is_own(value, accounts) for value in values) for values in demands
        )

    @property
    def label(self) -> str:
        """The name of the statement in messages."""
        return self.sid or ", ".join((*self.actions, *(f"not {action}" for action in self.not_actions)))[:80]


def _narrows(operator: str) -> bool:
    base = operator.lower().removeprefix("foranyvalue:")
    optional = base.endswith("ifexists") or base.startswith("forallvalues:")
    return not optional and not base.startswith(("stringnot", "arnnot", "notip", "null", "bool"))


def _is_particular(value: str) -> bool:
    """Whether a value is one account, organization or ARN. An ARN may have wildcards in its resource name."""
    parts = value.split(":", 5)
    if len(parts) < 6 or not value.startswith("arn:"):
        return not _WILD.search(value)
    account, name = parts[4], parts[5]
    return not _WILD.search(account or name[:1])


def _is_own(value: str, accounts: frozenset[str]) -> bool:
    parts = value.split(":", 5)
    account = parts[4] if value.startswith("arn:") and len(parts) == 6 else value
    return not accounts or not _ACCOUNT.fullmatch(account) or account in accounts


_YEAR = re.compile(r"\d{4}-\d\d-\d\d")
_PRESENT = "2026"
"""The year of this rule: a constant, so that the verdict on a configuration does not change with the date."""
_ACCOUNT = re.compile(r"\d{12}")
_WILD = re.compile(r"[*?]")
