"""Resources for the destinations, policies and secrets of the DAGs, for each item of each service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from modules.constructs.network_acls import LARGEST_RULE_NUMBER
from modules.export import group_access as access
from modules.export import hcl
from modules.export.hcl_json import decoded

Body = dict[str, Any]
_CIDR, _GROUP = ("_".join(map(str, ports)) for ports in (access.CIDR_PORTS, access.GROUP_PORTS))
_STATEMENT = access.STATEMENT.replace("-", "_")
_PORTS = {
    port: text
    for ports in (access.CIDR_PORTS, access.GROUP_PORTS)
    for port, text in zip(
        ports, ("${each.value.port}", "${coalesce(each.value.last_port, each.value.port)}"), strict=True
    )
}
_VERSION = f"dags-{access.SECRET}:external"
_VERSIONS = '${join("", [for variable in keys(%s) : "%s"])}'
_ONLY_VERSIONS = 'join(",", [for variable in keys(%s) : "dags-${variable}:external"])'
_PATH = 'replace(%s, "/^arn:.*:parameter/", "")'


@dataclass(frozen=True, slots=True)
class Items:
    """The expressions of the items that a caller gives to a service.

    Attributes:
        egress: destinations.
        policies: IAM permissions.
        secrets: secrets.
        of_task: the secrets, in an argument of the task definition.
        name: of the policy of ``each``.
        variable: of the secret of ``each``.
        path: of the parameter of the item of ``each``.
        destinations: of all services, for the network ACLs.
    """

    egress: str
    policies: str
    secrets: str
    of_task: str
    name: str
    variable: str
    path: str
    destinations: str = f"local.{access.DESTINATIONS}"


OF_GROUPS = Items(
    egress="local.worker_group_egress",
    policies="local.worker_group_policies",
    secrets="local.worker_group_secrets",
    of_task="each.value.secrets",
    name="each.value.name",
    variable="each.value.variable",
    path="each.value.path",
)


def of_service(prefix: str) -> Items:
    """The items of a service that is no worker group; ``prefix`` is the beginning of its variables."""
    return Items(
        egress=f"var.{prefix}_egress",
        policies=f"var.{prefix}_policies",
        secrets=f"var.{prefix}_secrets",
        of_task=f"var.{prefix}_secrets",
        name="each.key",
        variable="each.key",
        path=_PATH % "each.value",
    )


def nested(name: str, body: Mapping[str, Any], items: Items) -> Body | None:
    """The body of a resource that is repeated for each item; None for another resource.

    An empty body means that another resource does the same.
    """
    if access.SECURITY_GROUP in name:
        return {}
    for marker, _, every, change in _KINDS:
        if marker in name:
            repeated = change(without_items(name), _values(body, items), items)
            return {"for_each": f"${{{every(items)}}}", **repeated}
    return None


def without_items(name: str) -> str:
    """``name``, part of an address, with words for any item instead of the markers."""
    return next((name.replace(marker, word) for marker, word, *_ in _KINDS if marker in name), name)


def with_secrets(body: Mapping[str, Any], items: Items) -> Body:
    """A task definition with the secrets of its service."""
    text = body.get("container_definitions", "")
    if access.SECRET not in text:
        return dict(body)
    before, after = (_VERSIONS % (items.of_task, version) for version in (f"{_VERSION},", f",{_VERSION}"))
    content = [_container(container, items) for container in decoded(text)]
    written = hcl.value(content, encoded=True)
    written = written.replace(f"{_VERSION},", before).replace(f",{_VERSION}", after)
    written = written.replace(f'"{_VERSION}"', _ONLY_VERSIONS % items.of_task)
    written = written.replace(f"dags-{access.SECRET}", "dags-${variable}")
    return {**body, "container_definitions": f"${{jsonencode({written})}}"}


def _container(container: Mapping[str, Any], items: Items) -> Body:
    secrets = container.get("secrets", [])
    (marked,) = [item for item in secrets if item["name"] == access.SECRET] or [None]
    if marked is None:
        return dict(container)
    own = hcl.value([item for item in secrets if item is not marked], encoded=True)
    path = _PATH % "parameter"
    arn = hcl.value(marked["valueFrom"].replace(f"/{access.PARAMETER}", f"${{{path}}}"))
    every = f"[for variable, parameter in {items.of_task} : {{ name = variable, valueFrom = {arn} }}]"
    return {**container, "secrets": f"${{{hcl.call('concat', [own, every])}}}"}


def _values(content: Any, items: Items) -> Any:
    """``content`` with the attributes of the item instead of markers."""
    if isinstance(content, Mapping):
        return {key: _values(value, items) for key, value in content.items()}
    if isinstance(content, list):
        return [_values(item, items) for item in content]
    if isinstance(content, str):
        for marker, text in _texts(items).items():
            content = content.replace(marker, text)
        return content
    return _PORTS.get(content, content) if isinstance(content, int) else content


def _texts(items: Items) -> Mapping[str, str]:
    return {
        f"${{{access.CIDR}}}": "${each.value.cidr}",
        access.REASON: "${each.value.reason}",
        access.POLICY_ARN: "${each.value.arn}",
        access.SECRET: f"${{{items.variable}}}",
        f"/{access.PARAMETER}": f"${{{items.path}}}",
    }


def _same(_: str, body: Body, __: Items) -> Body:
    return body


def _rule(_: str, body: Body, __: Items) -> Body:
    return {**body, "referenced_security_group_id": "${each.value.security_group}"}


def _entry(name: str, body: Body, _: Items) -> Body:
    """An entry of a network ACL; its number comes from a hash of its name, so that no other entry changes it."""
    number = f'1 + parseint(substr(sha256("{name}/${{each.key}}"), 0, 6), 16) % {LARGEST_RULE_NUMBER}'
    return {**body, "rule_number": f"${{{number}}}"}


def _policy(_: str, body: Body, items: Items) -> Body:
    """A statement, with a condition unless there is none."""
    content = decoded(body["policy"])
    fixed = {key: value for key, value in content["Statement"][0].items() if key != "Condition"}
    fixed |= {"Action": "${sort(each.value.actions)}", "Resource": "${sort(each.value.resources)}"}
    condition = "length(each.value.conditions) > 0 ? { Condition = each.value.conditions } : {}"
    content["Statement"] = [f"${{{hcl.call('merge', [hcl.value(fixed, encoded=True), condition])}}}"]
    written = hcl.value(content, encoded=True)
    return {**body, "name": f"dags-${{{items.name}}}", "policy": f"${{jsonencode({written})}}"}


def _entries(operator: str) -> Callable[[Items], str]:
    wanted = f"name => egress if egress.cidr {operator} null"
    return lambda items: f"{{ for name, egress in {items.destinations} : {wanted} }}"


def _policies(operator: str) -> Callable[[Items], str]:
    return lambda items: (
        f"{{ for key, policy in {items.policies} : key => policy if length(policy.actions) {operator} 0 }}"
    )


# What the address of the marked resource contains, what replaces it, the items, and further changes.
_KINDS: tuple[tuple[str, str, Callable[[Items], str], Callable[[str, Body, Items], Body]], ...] = (
    (f"egress_to_{access.CIDR}_{_CIDR}", "egress_to_destinations", lambda items: items.egress, _rule),
    (f"managed_{access.POLICY_ARN}", "managed_policies", _policies("=="), _same),
    (_STATEMENT, "dags", _policies(">"), _policy),
    (f"dags_{access.SECRET}", "dags_secrets", lambda items: items.secrets, _same),
    (f"{_CIDR}_{access.CIDR}", "destinations", _entries("!="), _entry),
    (access.CIDR, "destinations", _entries("!="), _entry),
    (_CIDR, "destinations", _entries("!="), _entry),
    (_GROUP, "destination_groups", _entries("=="), _entry),
)
