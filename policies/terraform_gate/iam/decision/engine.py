"""The decision about one request.

Sources:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html (keys need a key policy)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from terraform_gate.iam.decision.context import Context, Value, context_of
from terraform_gate.iam.decision.policy import CompiledStatement, Policy
from terraform_gate.iam.decision.principals import Caller, Named
from terraform_gate.iam.decision.reserved import is_reserved
from terraform_gate.iam.decision.truth import Truth, all_of, any_of
from terraform_gate.iam.statement import Statement


class Outcome(StrEnum):
    """The answer of AWS; ``unknown`` when it depends on a value that is not known."""

    ALLOWED = "allowed"
    DENIED = "denied"
    IMPLICITLY_DENIED = "implicitly_denied"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Decision:
    """The answer to a request.

    Attributes:
        outcome: The answer.
        statement: The Deny that decided, or the Allow that permitted or could permit; None when no statement decided.
        policy: Label of the policy that contains the statement.
    """

    outcome: Outcome
    statement: Statement | None = None
    policy: str = ""

    @property
    def is_possible(self) -> bool:
        """Whether AWS permits the request, or could permit it."""
        return self.outcome in {Outcome.ALLOWED, Outcome.UNKNOWN}


@dataclass(frozen=True)
class Target:
    """The resource of a request.

    Args:
        arn: ARN of the resource; ``*`` for actions without a resource.
        policy: Its resource policy: trust policy, key policy, bucket policy; None for no policy.
        account: Account of the resource; if empty, the account in the ARN, or the caller's if the ARN has none.
        guardrails: Policies that limit every caller: one tuple for each level of resource control policies, and one
            for the policies of the VPC endpoint.
        is_pattern: Whether ``arn`` is a pattern for any resource that it covers; AWS itself has no such request.
    """

    arn: str
    policy: Policy | None = None
    account: str = ""
    guardrails: tuple[tuple[Policy, ...], ...] = ()
    is_pattern: bool = False


class _Scan:
    """The statements of some policies that apply to a request."""

    __slots__ = ("allow", "allowing", "deny", "denying")

    def __init__(self, applying: Iterable[tuple[Policy, CompiledStatement, Truth]]) -> None:
        self.deny: Truth = False
        self.allow: Truth = False
        self.denying: tuple[Policy, Statement] | None = None
        self.allowing: tuple[Policy, Statement] | None = None
        for policy, statement, truth in applying:
            if statement.source.allows:
                if self.allow is not True and (truth or self.allow is False):
                    self.allow, self.allowing = truth, (policy, statement.source)
            elif self.deny is not True:
                self.deny, self.denying = truth, (policy, statement.source)


def decide(principal: Caller, action: str, resource: Target | str, context: Mapping[str, Value] | Context) -> Decision:
    """Decide whether AWS permits a request.

    Args:
        principal: The caller and its policies.
        action: ``service:Action``, in any case.
        resource: The resource, or its ARN when no resource policy applies; ``*`` for actions without a resource.
        context: Condition keys in any case -> value or values. Keys that AWS derives from the caller are added.

    Returns:
        The outcome, and the statement that decided. Several resources or actions of one request are decided
        separately: AWS permits the request when every decision permits it.
    """
    target = resource if isinstance(resource, Target) else Target(resource)
    return _Request(principal, action.lower(), target, context_of(context, principal.derived)).decision()


class _Request:
    __slots__ = ("action", "caller", "context", "target")

    def __init__(self, caller: Caller, action: str, target: Target, context: Context) -> None:
        self.caller, self.action, self.target, self.context = caller, action, target, context

    def decision(self) -> Decision:
        caller = self.caller
        if self.action == "sts:getcalleridentity":
            return Decision(Outcome.ALLOWED)  # documented: no permission is required, and a Deny has no effect
        identity = self._scan(caller.identity)
        by_name = self._resource_scans()
        boundary = self._scan([caller.boundary]) if caller.boundary else None
        session = self._scan(caller.session) if caller.session else None
        own_rails = caller.guardrails if caller.is_principal else ()  # no account, no service control policies
        rails = [self._scan(level) for level in (*own_rails, *self.target.guardrails)]
        limits = [scan for scan in (boundary, session) if scan]
        scans = [identity, *by_name.values(), *limits, *rails]
        for scan in scans:
            if scan.deny and scan.denying:
                return _decided(Outcome.DENIED, scan.denying)
        allowed = all_of([self._allowed(identity, by_name, limits), *(rail.allow for rail in rails)])
        allowing = next((scan.allowing for scan in (identity, *by_name.values()) if scan.allowing), None)
        if allowed is False or is_reserved(self.action, self.target.arn):
            return Decision(Outcome.IMPLICITLY_DENIED)
        maybe = next((scan.denying for scan in scans if scan.deny is None), None)
        if allowed is None or maybe:
            return _decided(Outcome.UNKNOWN, allowing or maybe)
        return _decided(Outcome.ALLOWED, allowing)

    def _allowed(self, identity: _Scan, by_name: Mapping[Named, _Scan], limits: list[_Scan]) -> Truth:
        caller = self.caller
        direct, role, account = (by_name[item].allow for item in (Named.DIRECTLY, Named.ROLE, Named.ACCOUNT))
        within_limits = all_of(scan.allow for scan in limits)
        by_identity = all_of((caller.is_root or identity.allow, within_limits))
        if not caller.is_principal:
            return direct
        if not self._is_same_account():
            return all_of((any_of((direct, role, account)), by_identity))
        by_resource = any_of((direct, all_of((role, within_limits))))
        if self._needs_resource_policy():
            return any_of((by_resource, all_of((account, by_identity))))
        return any_of((by_resource, by_identity))

    def _is_same_account(self) -> bool:
        own = self.target.account or self._account_of_arn()
        return not own or own == self.caller.account

    def _account_of_arn(self) -> str:
        parts = self.target.arn.split(":", 5)
        return parts[4] if len(parts) == len(("arn", "partition", "service", "region", "account", "name")) else ""

    def _needs_resource_policy(self) -> bool:
        """Role trust and keys: identity policies alone do not permit anything."""
        is_trust = self.action.startswith("sts:assumerole") and ":role/" in self.target.arn
        return is_trust or (self.action.startswith("kms:") and ":key/" in self.target.arn)

    def _scan(self, policies: Iterable[Policy]) -> _Scan:
        return _Scan(self._applying(policies))

    def _applying(self, policies: Iterable[Policy]) -> Iterator[tuple[Policy, CompiledStatement, Truth]]:
        for policy in policies:
            for statement in policy.covering(self.action):
                truth = statement.applies(self.target.arn, self.context, is_pattern=self.target.is_pattern)
                if truth is not False:
                    yield policy, statement, truth

    def _resource_scans(self) -> Mapping[Named, _Scan]:
        policy = self.target.policy
        if policy is None:
            return _NO_SCANS
        found: dict[Named, list[tuple[Policy, CompiledStatement, Truth]]] = {kind: [] for kind in Named}
        for item in self._applying([policy]):
            found[self._named_by(item[1].source)].append(item)
        return {kind: _Scan(found[kind]) for kind in (Named.DIRECTLY, Named.ROLE, Named.ACCOUNT)}

    def _named_by(self, statement: Statement) -> Named:
        """Return how the statement names the caller.

        NotPrincipal in a Deny matches every caller with a permissions boundary (documented with boundaries). A role
        that only the condition key aws:PrincipalArn names is limited as if Principal named it.
        """
        if statement.not_principals and not statement.allows and self.caller.boundary:
            return Named.DIRECTLY
        named = self.caller.named_by(statement)
        if named is Named.DIRECTLY and self.caller.role and statement.allows:
            by_role = any("aws:principalarn" in by_key for by_key in statement.conditions.values())
            return Named.ROLE if by_role else named
        return named


_NO_SCANS = {kind: _Scan(()) for kind in (Named.DIRECTLY, Named.ROLE, Named.ACCOUNT)}


def _decided(outcome: Outcome, source: tuple[Policy, Statement] | None) -> Decision:
    return Decision(outcome, source[1], source[0].label) if source else Decision(outcome)
