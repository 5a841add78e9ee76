"""Finds the principals and workloads that a principal could act as, without a decision about each of them.

A decision about every pair of principals takes minutes for thousands of roles. Only the resources that a statement
names can be allowed, so the others are left out here; the decision engine decides about the rest.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from terraform_gate.iam.identities import Identity

T = TypeVar("T")
_WILD = re.compile(r"[*?$]")
_AFTER = "\U0010ffff"
"""Sorts behind every character of an ARN."""


class Named(Generic[T]):
    """Items that are found by the resource patterns of statements.

    Args:
        items: The items.
        arn: Returns the ARN of an item.
    """

    def __init__(self, items: Iterable[T], arn: Callable[[T], str]) -> None:
        self._sorted = sorted(items, key=arn)
        self._arns = [arn(item) for item in self._sorted]

    def by(self, identity: Identity, action: str) -> Sequence[T]:
        """List the items that an Allow statement for ``action`` can cover, ordered by ARN."""
        found: set[int] = set()
        for policy in identity.caller.identity:
            for statement in policy.covering(action):
                if statement.source.allows:
                    for pattern in statement.source.resources or ("*",):
                        found.update(self._positions(pattern))
        return [self._sorted[position] for position in sorted(found)]

    def _positions(self, pattern: str) -> range:
        """Return the ARNs that begin like the pattern, up to its first wildcard or policy variable."""
        wild = _WILD.search(pattern)
        prefix = pattern[: wild.start()] if wild else pattern
        end = prefix + _AFTER if wild else prefix + "\0"
        return range(bisect_left(self._arns, prefix), bisect_left(self._arns, end))


class Trusting:
    """Roles by the principals that their trust policies name.

    Args:
        roles: The roles; one without a known trust policy is never found.
    """

    def __init__(self, roles: Iterable[Identity]) -> None:
        self._by_caller: dict[str, list[Identity]] = defaultdict(list)
        delegating = []
        for role in roles:
            values = set(_callers(role))
            for value in values:
                self._by_caller[value].append(role)
            if any(":role/" not in value and ":user/" not in value for value in values):
                delegating.append(role)
        self._delegating = Named(delegating, lambda role: role.arn)

    def of(self, identity: Identity) -> list[Identity]:
        """List the roles that ``identity`` could assume: they name it, or its account and its policies the role."""
        delegated = self._delegating.by(identity, "sts:assumerole")
        found = [*self._by_caller.get("*", ()), *self._by_caller.get(identity.arn, ()), *delegated]
        return list({role.arn: role for role in found if role.arn != identity.arn}.values())


def _callers(role: Identity) -> Iterator[str]:
    """Yield the principals that the Allow statements of a trust policy name; ``*`` for NotPrincipal."""
    for statement in role.trust.statements if role.trust is not None else ():
        if statement.source.allows:
            yield from ("*",) if statement.source.not_principals else ()
            for kind, values in statement.source.principals.items():
                yield from values if kind in {"AWS", "*"} else ()
