"""Lists what a configuration allows: connections of the network, and permissions of IAM and resource policies."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.iam.argument_grants import CHECKS, action_of, named_principals
from terraform_gate.iam.documents import MalformedError, UnknownDocumentError, statements_in
from terraform_gate.iam.principals import principals_of
from terraform_gate.iam.statement import Statement
from terraform_gate.network.possible_flows import possible_flows
from terraform_gate.network.ranges import NOTHING, Ranges
from terraform_gate.network.reach import Reach
from terraform_gate.network.reading.network import network_of
from terraform_gate.rules.shared.resource_policy_rule import documents_with_principals
from terraform_gate.rules.shared.statement_rule import TRUST
from terraform_gate.terraform_resource import Resource

_STACK = re.compile(r"(?<=\$\{)[\w.-]+//|^[\w.-]+//")


@dataclass(frozen=True)
class Permission:
    """One action on one resource that one statement allows to one subject.

    Attributes:
        subject: Address of the role, user, group or of the resource with the policy.
        principal: The principal that a resource policy names; empty for identity policies.
        action: The action, with wildcards as written; ``all except a, b`` for NotAction.
        target: The ARN, with wildcards as written; ``all except a, b`` for NotResource.
        condition: The conditions as text; empty when there are none.
        is_deny: Whether the statement denies.
    """

    subject: str
    principal: str
    action: str
    target: str
    condition: str = ""
    is_deny: bool = False


@dataclass
class Access:
    """What a configuration allows.

    Attributes:
        certain: (source, destination) -> services that are open or partly open.
        possible: The same, with the services for which the answer is unknown.
        permissions: The permissions, each with the resource that contains the statement.
        boundaries: Address of each role and user -> its permissions boundary, empty for none, and its location.
        unknown: Policies that cannot be read, with their resource.
    """

    certain: dict[tuple[str, str], Ranges] = field(default_factory=lambda: defaultdict(lambda: NOTHING))
    possible: dict[tuple[str, str], Ranges] = field(default_factory=lambda: defaultdict(lambda: NOTHING))
    permissions: dict[Permission, tuple[Path, int]] = field(default_factory=dict)
    boundaries: dict[str, tuple[str, tuple[Path, int]]] = field(default_factory=dict)
    unknown: dict[str, tuple[Path, int]] = field(default_factory=dict)


def access_of(configurations: Sequence[Configuration]) -> Access:
    """List everything that the configurations allow; names have no stack, so that two folders can be compared."""
    access = Access()
    for configuration in configurations:
        _add_connections(access, configuration)
        _add_identity_policies(access, configuration)
        _add_resource_policies(access, configuration)
        _add_grants_by_arguments(access, configuration)
    return access


def _add_connections(access: Access, configuration: Configuration) -> None:
    for flow in possible_flows(network_of(configuration)):
        ends = without_stack(flow.source.name), without_stack(flow.destination.name)
        access.possible[ends] |= flow.services
        if flow.reach is not Reach.UNKNOWN:
            access.certain[ends] |= flow.services


def _add_identity_policies(access: Access, configuration: Configuration) -> None:
    for principal in principals_of(configuration):
        for granted in principal.granted:
            for permission in _permissions(principal.resource, granted.statement):
                access.permissions[permission] = _location(granted.source)
        for reason in principal.unknown:
            access.unknown[without_stack(f"{principal.resource.address}: {reason}")] = _location(principal.resource)


def _add_resource_policies(access: Access, configuration: Configuration) -> None:
    for resource in configuration.resources.values():
        for value in () if resource.is_data else _documents(resource, configuration):
            try:
                statements = statements_in(value, configuration)
            except (UnknownDocumentError, MalformedError) as error:
                access.unknown[without_stack(f"{resource.address}: {error}")] = _location(resource)
                continue
            for statement in statements:
                for permission in _permissions(resource, statement):
                    access.permissions[permission] = _location(resource)


def _documents(resource: Resource, configuration: Configuration) -> Iterator[Any]:
    """Yield the trust policy of a role, or the resource policies in any argument of another resource."""
    trust = TRUST.get(resource.type)
    if trust is None:
        yield from documents_with_principals(resource, configuration)
    elif resource.get(trust):
        yield resource.get(trust)


def _add_grants_by_arguments(access: Access, configuration: Configuration) -> None:
    for resource in configuration.of_type(*CHECKS):
        everybody = (("every AWS account", text) for text in CHECKS[resource.type](resource, configuration))
        named = ((principal, action_of(resource)) for principal in named_principals(resource))
        for principal, action in (*named, *everybody):
            permission = Permission(resource.address, without_stack(principal), without_stack(action), "*")
            access.permissions[permission] = _location(resource)
    for resource in configuration.of_type("aws_iam_role", "aws_iam_user"):
        boundary = str(resource.get("permissions_boundary") or "")
        access.boundaries[resource.address] = without_stack(boundary), _location(resource)


def _permissions(subject: Resource, statement: Statement) -> Iterator[Permission]:
    principals = [*_listed(statement.principals), *_except(_listed(statement.not_principals))]
    actions = [*statement.actions, *_except(statement.not_actions)]
    targets = [*statement.resources, *_except(statement.not_resources)]
    for principal, action, target in product(principals or [""], actions, targets or ["*"]):
        yield Permission(
            subject=subject.address,
            principal=without_stack(principal),
            action=action,
            target=without_stack(target),
            condition=without_stack(_condition(statement.conditions)),
            is_deny=not statement.allows,
        )


def _except(values: Sequence[str]) -> list[str]:
    return [f"all except {', '.join(values)}"] if values else []


def _listed(principals: Mapping[str, tuple[str, ...]]) -> list[str]:
    return ["*" if kind == "*" else f"{kind} {value}" for kind, values in principals.items() for value in values]


def _condition(conditions: Mapping[str, Mapping[str, tuple[str, ...]]]) -> str:
    return "; ".join(
        f"{operator} {key} {' or '.join(sorted(values))}"
        for operator, by_key in sorted(conditions.items())
        for key, values in sorted(by_key.items())
    )


def _location(resource: Resource) -> tuple[Path, int]:
    return resource.file, resource.line


def without_stack(text: str) -> str:
    """Remove the names of stacks from references, because the two folders give their stacks different names."""
    return _STACK.sub("", text)
