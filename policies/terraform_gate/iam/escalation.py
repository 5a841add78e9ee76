"""Privilege escalation: paths from a principal to permissions that it does not hold.

A path is a chain of techniques. Its end is a principal of the configuration that holds more, or any principal of the
account when a permission covers every resource of a type.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from terraform_gate.configuration import Configuration
from terraform_gate.iam.candidates import Named, Trusting
from terraform_gate.iam.identities import Identity, identities_of
from terraform_gate.iam.passing_techniques import PASSING
from terraform_gate.iam.technique import PASS_ROLE, Technique
from terraform_gate.iam.technique_permissions import (
    can,
    is_administrator,
    is_wide,
    needs_are_met,
    new_names,
    own,
    runs_code,
    trusts_service,
)
from terraform_gate.iam.techniques import ASSUMING, CREATING, EDITING, RUNNING, TAKING
from terraform_gate.iam.workloads import Workload, workloads_of


@dataclass(frozen=True)
class Escalation:
    """One open path.

    Attributes:
        technique: The first step.
        grants: ``action by address of the policy`` for each action of the first step.
        path: The principals on the path, without the first one; ``any role`` for an account-wide permission.
    """

    technique: Technique
    grants: tuple[str, ...]
    path: tuple[str, ...]

    def __str__(self) -> str:
        """The technique, the policies that grant its actions, and the path."""
        return f"{self.technique.name}: {', '.join(self.grants)}; reaches {' -> '.join(self.path)}"


@dataclass(frozen=True)
class _Edge:
    technique: Technique
    target: Identity


class PrincipalGraph:
    """The graph of principals of one configuration, with the principals that each can act as.

    Args:
        configuration: The configuration.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.identities = identities_of(configuration)
        self._arns = {item.arn for item in self.identities}
        roles = [item for item in self.identities if item.resource.type == "aws_iam_role"]
        self._principals, self._roles = (Named(items, lambda item: item.arn) for items in (self.identities, roles))
        self._trusting = Trusting(roles)
        by_kind: dict[str, list[Workload]] = defaultdict(list)
        for item in workloads_of(configuration, self.identities):
            by_kind[item.kind].append(item)
        self._workloads = {kind: Named(items, lambda item: item.arn) for kind, items in by_kind.items()}
        self._edges: dict[str, tuple[_Edge, ...]] = {}

    def escalations(self, identity: Identity) -> Iterator[Escalation]:
        """Yield the open paths of a principal: account-wide ones, changes of itself, and named targets."""
        if is_administrator(identity):
            return
        wide = [
            technique for technique in (*PASSING, *EDITING, *TAKING, ASSUMING, *RUNNING) if is_wide(identity, technique)
        ]
        yield from (_found(identity, technique, f"any {technique.on}") for technique in wide)
        for technique in EDITING:
            if technique not in wide and any(can(identity, technique, arn) for arn in own(identity, technique)):
                yield _found(identity, technique, "any permission")
        yield from self._created(identity, wide)
        yield from (item for item in self._named(identity) if item.technique not in wide)

    def _created(self, identity: Identity, wide: Sequence[Technique]) -> Iterator[Escalation]:
        """Yield the techniques that make a new principal, unless an account-wide technique includes the change."""
        for technique in CREATING:
            if any(set(other.decisive) < set(technique.decisive) for other in wide):
                continue
            names = (arn for arn in new_names(identity, technique) if arn not in self._arns)
            if any(can(identity, technique, arn) for arn in names):
                yield _found(identity, technique, "any permission")

    def _named(self, start: Identity) -> Iterator[Escalation]:
        """Search breadth-first; the permissions of a role that the principal may assume are no escalation."""
        held = self._assumable(start)
        seen = {start.arn, *(item.arn for item in held)}
        waiting: deque[tuple[Technique, Identity, tuple[str, ...]]] = deque()
        waiting.extend(
            (edge.technique, edge.target, (_name(edge.target),))
            for edge in self.edges(start)
            if edge.technique is not ASSUMING
        )
        while waiting:
            technique, target, path = waiting.popleft()
            if target.arn in seen:
                continue
            seen.add(target.arn)
            if not any(holder.holds_all_of(target) for holder in (start, *held)):
                yield _found(start, technique, *path)
            waiting.extend((technique, edge.target, (*path, _name(edge.target))) for edge in self.edges(target))

    def _assumable(self, start: Identity) -> list[Identity]:
        found, waiting = {start.arn: start}, [start]
        while waiting:
            for edge in self.edges(waiting.pop()):
                if edge.technique is ASSUMING and edge.target.arn not in found:
                    found[edge.target.arn] = edge.target
                    waiting.append(edge.target)
        return [item for arn, item in found.items() if arn != start.arn]

    def edges(self, identity: Identity) -> tuple[_Edge, ...]:
        """List the principals of the configuration that ``identity`` can act as in one step."""
        found = self._edges.get(identity.arn)
        if found is None:
            found = self._edges[identity.arn] = tuple(self._direct(identity))
        return found

    def _direct(self, identity: Identity) -> Iterator[_Edge]:
        for technique in PASSING if runs_code(identity) else ():
            if needs_are_met(identity, technique):
                yield from (
                    _Edge(technique, role)
                    for role in self._roles.by(identity, PASS_ROLE)
                    if role.arn != identity.arn
                    and trusts_service(role, technique.service)
                    and can(identity, technique, role.arn)
                )
        for technique in TAKING:
            if needs_are_met(identity, technique):
                yield from (
                    _Edge(technique, other)
                    for other in self._principals.by(identity, technique.decisive[0])
                    if other.arn != identity.arn
                    and f":{technique.on}/" in other.arn
                    and can(identity, technique, other.arn)
                )
        for role in self._trusting.of(identity):
            if identity.may("sts:assumerole", role.arn, trust=role.trust):
                yield _Edge(ASSUMING, role)
        yield from self._through_workloads(identity)

    def _through_workloads(self, identity: Identity) -> Iterator[_Edge]:
        for technique in RUNNING:
            of_kind = self._workloads.get(technique.on)
            if of_kind and needs_are_met(identity, technique):
                yield from (
                    _Edge(technique, item.role)
                    for item in of_kind.by(identity, technique.decisive[0])
                    if item.role.arn != identity.arn and can(identity, technique, item.arn)
                )


def _found(identity: Identity, technique: Technique, *path: str) -> Escalation:
    grants = (
        f"{action} by {next((item.source.address for item in identity.principal.grants_of(action)), 'trust')}"
        for action in technique.actions
    )
    return Escalation(technique, tuple(grants), path)


def _name(identity: Identity) -> str:
    return identity.resource.address
