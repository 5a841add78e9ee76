"""Effective permissions: the union of all policies of every role, user and group, however they are attached."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.iam.decision.policy import covers
from terraform_gate.iam.documents import MalformedError, UnknownDocumentError, statements_in
from terraform_gate.iam.managed_policies import managed_document, managed_policies
from terraform_gate.iam.statement import Statement
from terraform_gate.reading.expression import is_known
from terraform_gate.terraform_resource import Resource

_KINDS = ("role", "user", "group")
IDENTITY_POLICIES = ("aws_iam_policy", *(f"aws_iam_{kind}_policy" for kind in _KINDS))
"""Resource types whose `policy` is an identity policy."""
_AWS_MANAGED = re.compile(r"arn:(?:aws[\w-]*|\$\{[^}]*\}):iam::aws:policy/.+")


@dataclass(frozen=True)
class Granted:
    """A statement, and the resource that contains it."""

    statement: Statement
    source: Resource


@dataclass
class Principal:
    """A role, user or group with all its statements. `unknown` lists the policies that cannot be read."""

    resource: Resource
    granted: list[Granted] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    managed: list[str] = field(default_factory=list)
    """Names of AWS-managed policies."""
    attached: list[Resource] = field(default_factory=list)
    """Customer-managed policies of the configuration, whatever their documents contain."""

    def grants_of(self, action: str) -> Iterator[Granted]:
        """Yield the Allow statements that grant `action` (`iam:passrole`), unless an unconditional Deny applies."""
        if any(self._denies(item.statement, action) for item in self.granted):
            return
        for item in self.granted:
            if item.statement.allows and covers(item.statement, action):
                yield item

    @staticmethod
    def _denies(statement: Statement, action: str) -> bool:
        everywhere = "*" in statement.resources and not statement.conditions
        return not statement.allows and everywhere and covers(statement, action)


def principals_of(configuration: Configuration) -> tuple[Principal, ...]:
    """Return every role, user and group with the union of its policies.

    The first policy represents a principal outside of the configuration.
    """
    listed = configuration.of_type(*(f"aws_iam_{kind}" for kind in _KINDS))
    principals = {resource.key: Principal(resource=resource) for resource in listed}
    by_name = {(item.type, str(item.get("name"))): item.key for item in listed if is_known(item.get("name"))}
    for principal in principals.values():
        _add_own(principal, configuration)
    for policy in configuration.of_type(*(f"aws_iam_{kind}_policy" for kind in _KINDS)):
        kind = policy.type.removeprefix("aws_iam_").removesuffix("_policy")
        owner = _owner(policy, kind, configuration, by_name)
        _add(principals.setdefault(owner, Principal(policy)), policy.get("policy"), policy, configuration)
    for attachment in configuration.of_type(*(f"aws_iam_{kind}_policy_attachment" for kind in _KINDS)):
        kind = attachment.type.removeprefix("aws_iam_").removesuffix("_policy_attachment")
        owner = _owner(attachment, kind, configuration, by_name)
        principal = principals.setdefault(owner, Principal(attachment))
        _attach(principal, attachment.get("policy_arn"), attachment, configuration)
    _add_shared_attachments(principals, configuration, by_name)
    return tuple(principals.values())


def _add_own(principal: Principal, configuration: Configuration) -> None:
    for block in principal.resource.blocks("inline_policy"):
        if block.get("policy"):
            _add(principal, block["policy"], principal.resource, configuration)
    for arn in principal.resource.values("managed_policy_arns"):
        _attach(principal, arn, principal.resource, configuration)


def _add_shared_attachments(
    principals: dict[str, Principal], configuration: Configuration, by_name: Mapping[tuple[str, Any], str]
) -> None:
    for attachment in configuration.of_type("aws_iam_policy_attachment"):
        for kind in _KINDS:
            for value in attachment.values(f"{kind}s"):
                owner = _owner_of(value, kind, configuration, by_name)
                principal = principals.setdefault(owner, Principal(attachment))
                _attach(principal, attachment.get("policy_arn"), attachment, configuration)
    for kind in _KINDS:
        for listed in configuration.of_type(f"aws_iam_{kind}_policy_attachments_exclusive"):
            owner = _owner_of(listed.get(f"{kind}_name"), kind, configuration, by_name)
            for arn in listed.values("policy_arns"):
                _attach(principals.setdefault(owner, Principal(listed)), arn, listed, configuration)


def _owner(policy: Resource, kind: str, configuration: Configuration, by_name: Mapping[tuple[str, Any], str]) -> str:
    return _owner_of(policy.get(kind), kind, configuration, by_name)


def _owner_of(value: Any, kind: str, configuration: Configuration, by_name: Mapping[tuple[str, Any], str]) -> str:
    """The key of the principal; one outside of the configuration is identified by its name."""
    found = configuration.find(value)
    return found.key if found else by_name.get((f"aws_iam_{kind}", str(value)), f"external {kind} {value}")


def _attach(principal: Principal, arn: Any, source: Resource, configuration: Configuration) -> None:
    if isinstance(arn, str) and _AWS_MANAGED.fullmatch(arn):
        name = arn.rpartition("/")[2]
        principal.managed.append(name)
        _add(principal, managed_document(name), source, configuration)
        return
    policy = configuration.find(arn)
    if policy is not None and policy.is_data and str(policy.get("name")) in managed_policies():
        _attach(principal, f"arn:aws:iam::aws:policy/{policy.get('name')}", source, configuration)
    elif policy is None or policy.type != "aws_iam_policy":
        principal.unknown.append(f"{source.address} attaches {arn}, which is not in the configuration")
    else:
        principal.attached.append(policy)
        _add(principal, policy.get("policy"), policy, configuration)


def _add(principal: Principal, value: Any, source: Resource, configuration: Configuration) -> None:
    try:
        statements = statements_in(value, configuration)
    except (UnknownDocumentError, MalformedError) as error:
        principal.unknown.append(f"{source.address}: {error}")
    else:
        principal.granted += [Granted(statement=statement, source=source) for statement in statements]
