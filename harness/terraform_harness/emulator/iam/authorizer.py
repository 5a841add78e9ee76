"""Decides each request of the emulator and records the decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from terraform_harness.emulator.iam import callers, nearest
from terraform_harness.emulator.iam.actions import action_of, prefix_of
from terraform_harness.emulator.iam.conditions import request_context, resource_context
from terraform_harness.emulator.iam.dependents import needed_by
from terraform_harness.emulator.iam.needed import Needed
from terraform_harness.emulator.iam.report import DecisionReport, Taken
from terraform_harness.emulator.iam.resources import resources_of
from terraform_harness.emulator.iam.state import resource_policy
from terraform_harness.emulator.validation.requests import Call
from terraform_harness.emulator.validation.violation import Violation
from terraform_harness.extras import imports_of_extra

with imports_of_extra("iam"):
    from terraform_gate.iam.decision import Caller, Decision, Outcome, Policy, Target, decide
    from terraform_gate.iam.statement import Statement


class AccessDenied(Violation):
    """A request that the policies of the caller do not permit."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, status=403)


class Authorizer:
    """Permits or denies each request.

    Args:
        account: The account of the emulator.
        enforce: Whether a request that is not permitted is denied; False only records the decisions.
    """

    def __init__(self, *, account: str, enforce: bool = True) -> None:
        self.account, self.enforce = account, enforce
        self._taken: dict[Taken, int] = {}
        self._unmapped: Counter[str] = Counter()
        self._administrator = 0
        self._linked: set[str] = set()
        self._policies: dict[str, dict[str, Policy]] = {}

    def check(self, call: Call, access_key: str) -> None:
        """Decide a request.

        Args:
            call: The request.
            access_key: The access key that signed it.

        Raises:
            AccessDenied: The caller is not permitted to make the request.
        """
        if access_key == callers.ADMINISTRATOR:
            self._administrator += 1
            return
        if (call.service, call.operation) == ("sts", "GetCallerIdentity"):
            return
        caller = callers.of(self.account, access_key)
        if caller is None:
            raise AccessDenied("InvalidClientTokenId", "The security token included in the request is invalid.")
        self._note(caller)
        for needed in self._needed(call):
            self._decide(call, caller, needed)

    def assume(self, role: str, principal: Mapping[str, Any], session: str) -> dict[str, str]:
        """Start a role session for a service or a web identity, and return its credentials.

        Raises:
            AccessDenied: The trust policy of the role does not permit it, or the role does not exist.
        """
        self.check_trust(role, principal)
        made = callers.session(self.account, role, session)
        if caller := callers.of(self.account, made["AccessKeyId"]):
            self._note(caller)
        return made

    def _note(self, caller: Caller) -> None:
        """Keep the policies of a role for the report: at its end the role may not exist any more."""
        held = self._policies.setdefault(caller.role or caller.arn, {})
        held.update((policy.label, policy) for policy in caller.identity)

    def check_trust(self, role: str, principal: Mapping[str, Any]) -> None:
        """Decide whether a service or a web identity may assume a role.

        Raises:
            AccessDenied: The trust policy of the role does not permit it, or the role does not exist.
        """
        name, decision = callers.may_assume(self.account, role, principal)
        action = "sts:AssumeRole" if "service" in principal else "sts:AssumeRoleWithWebIdentity"
        self._record(Taken(principal=name, action=action, resource=role, allowed=decision.outcome is Outcome.ALLOWED))
        if decision.outcome is not Outcome.ALLOWED:
            raise AccessDenied("AccessDenied", f"{name} is not authorized to perform: {action} on resource: {role}")

    def _record(self, taken: Taken) -> None:
        self._taken[taken] = self._taken.get(taken, 0) + 1

    def report(self) -> DecisionReport:
        """Return the decisions so far."""
        taken = tuple(replace(item, count=count) for item, count in self._taken.items())
        return DecisionReport(
            taken=taken, administrator=self._administrator, unmapped=dict(self._unmapped),
            policies={
                role: {label: [_elements(item.source) for item in policy.statements] for label, policy in held.items()}
                for role, held in self._policies.items()
            },
        )  # fmt: skip

    def _needed(self, call: Call) -> Iterator[Needed]:
        action = action_of(call)
        resources, known = resources_of(call, action)
        if not known:
            self._unmapped[f"{call.service}:{call.operation}"] += 1
        context = request_context(call)
        named = f"{prefix_of(call)}:{action}"
        for resource in resources:
            yield Needed(named, resource, context)
        for needed in needed_by(call, resources, linked=self._linked):
            yield replace(needed, context={**context, **needed.context})

    def _decide(self, call: Call, caller: Caller, needed: Needed) -> None:
        target = Target(needed.resource, resource_policy(call, needed.resource), account=self._account_of(needed))
        context = {**needed.context, **resource_context(call, needed.resource)}
        decision = decide(caller, needed.action, target, context)
        allowed, near = decision.outcome is Outcome.ALLOWED, ""
        if not allowed:
            near = nearest.statement(caller, needed.action, needed.resource)
        policy, index = position(caller, decision)
        self._record(
            Taken(
                principal=caller.role or caller.arn, action=needed.action, resource=needed.resource, allowed=allowed,
                policy=policy, statement=index, operation=f"{call.service}:{call.operation}", nearest=near,
            )
        )  # fmt: skip
        if not allowed and self.enforce:
            raise denial(call, caller, needed, decision, near)

    def _account_of(self, needed: Needed) -> str:
        """Return the account of a bucket, whose ARN does not have it: the emulator's."""
        return self.account if needed.resource.startswith("arn:aws:s3:::") else ""


def _elements(statement: Statement) -> dict[str, Any]:
    return {"Effect": statement.effect, "Action": list(statement.actions), "Resource": list(statement.resources)}


def position(caller: Caller, decision: Decision) -> tuple[str, int]:
    """Return the policy of the statement that decided, and its position; -1 for a resource policy or no statement."""
    for policy in caller.identity if decision.statement else ():
        for index, item in enumerate(policy.statements):
            if item.source is decision.statement:
                return policy.label, index
    return decision.policy, -1


def denial(call: Call, caller: Caller, needed: Needed, decision: Decision, near: str) -> AccessDenied:
    """Return the error in AWS's words, with the statement that comes nearest.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    if decision.outcome is Outcome.DENIED:
        reason = f"with an explicit deny in {decision.policy or 'a policy'}"
    elif caller.boundary and nearest.permits(caller.identity, needed):
        reason = f"because no permissions boundary allows the {needed.action} action"
    else:
        reason = f"because no identity-based policy allows the {needed.action} action"
    text = f"User: {caller.arn} is not authorized to perform: {needed.action} on resource: {needed.resource} {reason}"
    hint = f" (emulator: {near})" if near else ""
    if call.service == "ec2":
        return AccessDenied("UnauthorizedOperation", f"You are not authorized to perform this operation. {text}{hint}")
    code = "AccessDeniedException" if call.protocol in {"json", "rest-json"} else "AccessDenied"
    return AccessDenied(code, text + hint)
