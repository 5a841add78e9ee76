"""The decisions that the emulator has taken."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

DECISIONS_PATH = "/moto-api/iam/decisions"
CREDENTIALS_PATH = "/moto-api/iam/credentials"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A decision about one action on one resource; repeated decisions are counted.

    Attributes:
        principal: ARN of the role or user; the identity provider or the service for a role that is assumed.
        action: ``service:Action``.
        resource: The ARN, or ``*`` for actions without a resource.
        allowed: Whether the request was permitted.
        policy: The policy that contains the statement; empty when no statement decided.
        statement: The position of the statement in its policy, from 0; -1 when no statement decided.
        operation: ``service:Operation`` of the request.
        nearest: For a denied request, the statement that comes nearest to permitting it.
        count: How often the decision was taken.
    """

    principal: str
    action: str
    resource: str
    allowed: bool
    policy: str = ""
    statement: int = -1
    operation: str = ""
    nearest: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionReport:
    """The decisions since the emulator started.

    Attributes:
        taken: Every different decision.
        administrator: Number of requests of the administrator, which are not decided.
        unmapped: Operations whose resource is unknown; they count as requests for every resource (``*``).
        policies: The identity policies of every role that was used: role -> policy -> its statements, each with
            ``Effect``, ``Action`` and ``Resource`` as lists.
    """

    taken: Sequence[Taken] = ()
    administrator: int = 0
    unmapped: Mapping[str, int] | None = None
    policies: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]] = field(default_factory=dict)

    @property
    def decisions(self) -> int:
        """The number of decisions."""
        return sum(item.count for item in self.taken)

    @property
    def denied(self) -> list[Taken]:
        """The different decisions that denied a request."""
        return [item for item in self.taken if not item.allowed]

    def denials(self, *, limit: int = 10) -> list[str]:
        """Return the most frequent denials as lines: the role, the action, the resource, and the nearest statement.

        Args:
            limit: The number of lines.
        """
        found = sorted(self.denied, key=lambda item: (-item.count, item.principal, item.action, item.resource))
        lines = [
            f"{item.count:6} requests  {item.principal.rpartition('/')[2]}: {item.action} on {item.resource}:"
            f" {item.nearest or 'the trust policy of the role does not permit it'}"
            for item in found[:limit]
        ]
        more = len(found) - limit
        return [*lines, *([f"       and {more} other denials"] if more > 0 else [])]

    def without(self, expected: Collection[tuple[str, str]]) -> DecisionReport:
        """Return the report without denials that a test provoked.

        Args:
            expected: Action and resource of each.
        """
        kept = [item for item in self.taken if item.allowed or (item.action, item.resource) not in expected]
        return replace(self, taken=tuple(kept))

    def document(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        return asdict(self)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> DecisionReport:
        """Return the report of :meth:`document`."""
        return cls(**{**document, "taken": tuple(Taken(**item) for item in document["taken"])})

    def __str__(self) -> str:
        denied = sum(item.count for item in self.denied)
        principals = len({item.principal for item in self.taken})
        return f"{self.decisions} decisions taken for {principals} principals, {denied} denied"
