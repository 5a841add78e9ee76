"""The principals of a configuration as callers of the decision engine.

ARNs are normalized: account, region and partition become the same everywhere, because Terraform often does not know
them, and a reference to a role or a policy becomes its ARN.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from terraform_gate.configuration import Configuration
from terraform_gate.iam.decision import UNKNOWN, Caller, Context, Policy, Target, decide
from terraform_gate.iam.decision.policy import CompiledStatement
from terraform_gate.iam.documents import MalformedError, UnknownDocumentError, statements_in
from terraform_gate.iam.managed_policies import managed_document
from terraform_gate.iam.normalized_arns import HERE, HOME
from terraform_gate.iam.principals import Principal, principals_of
from terraform_gate.iam.statement import Statement
from terraform_gate.reading.expression import is_known, reference, replaced
from terraform_gate.terraform_resource import Resource

_HEAD = re.compile(r"(arn):([^:]*):([^:]*):([^:]*):([^:]*):(.*)", re.DOTALL)
_ACCOUNT = re.compile(r"\d{12}")
_TYPES = {"aws_iam_role": "role", "aws_iam_user": "user", "aws_iam_group": "group", "aws_iam_policy": "policy"}
_TARGET_KEYS = ("iam:permissionsboundary", "iam:policyarn", "iam:associatedresourcearn", "ecs:cluster", "ecs:task")
"""Condition keys about the target: a resource outside of the configuration does not have their values."""


def arn_of(resource: Resource) -> str:
    """Return the normalized ARN of a role, user, group or policy; its address replaces a name that is not known."""
    name, path = resource.get("name"), resource.get("path")
    known = str(name) if name and is_known(name) else resource.address
    prefix = str(path) if path and is_known(path) else "/"
    return f"arn:aws:iam::{HOME}:{_TYPES[resource.type]}{prefix}{known}"


def normalized(text: str, configuration: Configuration) -> str:
    """Normalize an ARN pattern; expressions that are left become literal text, which no other resource has."""
    target = configuration.find(text)
    if target is not None and target.type in _TYPES and not target.is_data:
        attribute = getattr(reference(text), "attribute", "")
        return arn_of(target) if attribute in {"arn", "id", ""} else str(target.get("name") or text)
    literal = replaced(text, lambda expression: "{" + re.sub(r"[^\w.-]", "_", expression[2:-1]) + "}")
    literal = literal.replace("$${", "${")
    found = _HEAD.fullmatch(literal)
    if not found:
        return literal
    _, partition, service, region, account, name = found.groups()
    account = HOME if _ACCOUNT.fullmatch(account) or account.startswith("{") else account
    region = HERE if region.strip("*?") else region
    return f"arn:{'aws' if partition.strip('*?') else partition}:{service}:{region}:{account}:{name}"


@dataclass(frozen=True)
class Identity:
    """A principal that the decision engine can ask about.

    Attributes:
        principal: The principal with its statements as written.
        caller: The same principal with normalized statements.
        trust: The trust policy of a role, normalized; None for others, and when it is not known.
    """

    principal: Principal
    caller: Caller
    trust: Policy | None

    @property
    def arn(self) -> str:
        """The normalized ARN."""
        return self.caller.arn

    @property
    def resource(self) -> Resource:
        """The resource of the principal."""
        return self.principal.resource

    def may(self, action: str, arn: str, *, service: str = "", trust: Policy | None = None) -> bool:
        """Return whether the principal can possibly perform ``action`` on ``arn``.

        Condition keys about the caller's session (MFA, network) count as met; keys about the target as not met.
        """
        values = dict.fromkeys(self._target_keys, ())
        known = {"aws:principalaccount": (UNKNOWN,), **({"iam:passedtoservice": (service,)} if service else {})}
        context = Context({**values, **known}, is_complete=False)
        return decide(self.caller, action, Target(arn, trust), context).is_possible

    @cached_property
    def _target_keys(self) -> tuple[str, ...]:
        statements = [
            item.source for policy in self.caller.identity for item in policy.statements if item.source.allows
        ]
        keys = {key for item in statements for by_key in item.conditions.values() for key in by_key}
        return tuple(key for key in keys if key.startswith(_TARGET_KEYS) or "resourcetag/" in key)

    def grants(self, action: str) -> bool:
        """Return whether any statement allows ``action`` on any resource."""
        if any(not item.source.allows and _is_everywhere(item.source) for item in self._covering(action)):
            return False
        bounded = self.caller.boundary is None or any(
            item.source.allows for item in self.caller.boundary.covering(action)
        )
        return bounded and any(item.source.allows for item in self._covering(action))

    def _covering(self, action: str) -> list[CompiledStatement]:
        return [item for policy in self.caller.identity for item in policy.covering(action)]

    def holds_all_of(self, other: Identity) -> bool:
        """Return whether the principal has every permission of ``other`` already."""
        if other.principal.unknown:
            return False
        return all(
            self.may(action, resource)
            for policy in other.caller.identity
            for statement in policy.statements
            if statement.source.allows
            for action in (statement.source.actions or ("*:*",))
            for resource in (statement.source.resources or ("*",))
        )


def _is_everywhere(statement: Statement) -> bool:
    return "*" in statement.resources and not statement.conditions


def identities_of(configuration: Configuration) -> tuple[Identity, ...]:
    """Return every role, user and group of the configuration, and principals outside of it that get policies."""
    policies = {arn_of(policy): policy for policy in configuration.of_type("aws_iam_policy")}
    return tuple(_identity(principal, configuration, policies) for principal in principals_of(configuration))


def _identity(principal: Principal, configuration: Configuration, policies: Mapping[str, Resource]) -> Identity:
    resource = principal.resource
    is_own = resource.type in _TYPES
    arn = arn_of(resource) if is_own else f"arn:aws:iam::{HOME}:role/{resource.address}"
    caller = Caller(
        arn,
        identity=tuple(_policies(principal, configuration)),
        boundary=_boundary(resource, configuration, policies) if is_own else None,
    )
    trust = _document(resource.get("assume_role_policy"), configuration) if resource.type == "aws_iam_role" else None
    return Identity(principal, caller, trust)


def _policies(principal: Principal, configuration: Configuration) -> list[Policy]:
    made = []
    for granted in principal.granted:
        if granted.statement.has_ended:
            continue
        policy = _policy([granted.statement], configuration, label=granted.source.address)
        if policy is not None:
            made.append(policy)
    return made


def _policy(statements: list[Statement], configuration: Configuration, *, label: str = "") -> Policy | None:
    try:
        return Policy([_normalized(statement, configuration) for statement in statements], label=label)
    except MalformedError:
        return None


def _document(value: object, configuration: Configuration) -> Policy | None:
    try:
        return _policy(list(statements_in(value, configuration)), configuration)
    except (UnknownDocumentError, MalformedError):
        return None


def _boundary(resource: Resource, configuration: Configuration, policies: Mapping[str, Resource]) -> Policy | None:
    """Return the permissions boundary, None when there is none or when it is outside of the configuration."""
    value = resource.get("permissions_boundary")
    if isinstance(value, str) and ":iam::aws:policy/" in value:
        return _document(managed_document(value.rpartition("/")[2]), configuration)
    policy = configuration.find(value)
    if policy is None and isinstance(value, str):
        policy = policies.get(normalized(value, configuration))
    return _document(policy.get("policy"), configuration) if policy is not None else None


def _normalized(statement: Statement, configuration: Configuration) -> Statement:
    def all_of(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(normalized(text, configuration) for text in texts)

    def by_kind(principals: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        """An account id means the root of the account."""
        return {
            kind: tuple(HOME if _ACCOUNT.fullmatch(value) else value for value in all_of(values))
            for kind, values in principals.items()
        }

    return replace(
        statement,
        resources=all_of(statement.resources),
        not_resources=all_of(statement.not_resources),
        principals=by_kind(statement.principals),
        not_principals=by_kind(statement.not_principals),
        conditions={
            operator: {key: all_of(values) for key, values in by_key.items()}
            for operator, by_key in statement.conditions.items()
        },
    )
