"""Resources for the destinations, policies and secrets of the DAGs, for each item of each worker group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
_TEXTS = {
    f"${{{access.CIDR}}}": "${each.value.cidr}",
    access.REASON: "${each.value.reason}",
    access.POLICY_ARN: "${each.value.arn}",
    access.SECRET: "${each.value.variable}",
    f"/{access.PARAMETER}": "${each.value.path}",
}
# In a task definition, whose key is the worker group.
_VERSION = f"dags-{access.SECRET}:external"
_VERSIONS = '${join("", [for variable in keys(each.value.secrets) : "%s"])}'


def nested(name: str, body: Mapping[str, Any]) -> Body | None:
    """The body of a resource that is repeated for each item; None for another resource.

    An empty body means that another resource does the same.
    """
    if access.SECURITY_GROUP in name:
        return {}
    for marker, _, items, change in _KINDS:
        if marker in name:
            return {"for_each": f"${{{items}}}", **change(without_items(name), _values(body))}
    return None


def without_items(name: str) -> str:
    """``name``, part of an address, with words for any item instead of the markers."""
    return next((name.replace(marker, word) for marker, word, *_ in _KINDS if marker in name), name)


def with_secrets(body: Mapping[str, Any]) -> Body:
    """A task definition with the secrets of its worker group."""
    text = body.get("container_definitions", "")
    if access.SECRET not in text:
        return dict(body)
    before, after = _VERSIONS % f"{_VERSION},", _VERSIONS % f",{_VERSION}"
    content = [_container(container) for container in decoded(text)]
    written = hcl.value(content, encoded=True)
    written = written.replace(f"{_VERSION},", before).replace(f",{_VERSION}", after)
    written = written.replace(f"dags-{access.SECRET}", "dags-${variable}")
    return {**body, "container_definitions": f"${{jsonencode({written})}}"}


def _container(container: Mapping[str, Any]) -> Body:
    secrets = container.get("secrets", [])
    (marked,) = [item for item in secrets if item["name"] == access.SECRET] or [None]
    if marked is None:
        return dict(container)
    own = hcl.value([item for item in secrets if item is not marked], encoded=True)
    path = '${replace(parameter, "/^arn:.*:parameter/", "")}'
    arn = hcl.value(marked["valueFrom"].replace(f"/{access.PARAMETER}", path))
    every = f"[for variable, parameter in each.value.secrets : {{ name = variable, valueFrom = {arn} }}]"
    return {**container, "secrets": f"${{{hcl.call('concat', [own, every])}}}"}


def _values(content: Any) -> Any:
    """``content`` with the attributes of the item instead of markers."""
    if isinstance(content, Mapping):
        return {key: _values(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_values(item) for item in content]
    if isinstance(content, str):
        for marker, text in _TEXTS.items():
            content = content.replace(marker, text)
        return content
    return _PORTS.get(content, content) if isinstance(content, int) else content


def _same(_: str, body: Body) -> Body:
    return body


def _rule(_: str, body: Body) -> Body:
    return {**body, "referenced_security_group_id": "${each.value.security_group}"}


def _entry(name: str, body: Body) -> Body:
    """An entry of a network ACL; its number comes from a hash of its name, so that no other entry changes it."""
    number = f'1 + parseint(substr(sha256("{name}/${{each.key}}"), 0, 6), 16) % {LARGEST_RULE_NUMBER}'
    return {**body, "rule_number": f"${{{number}}}"}


def _policy(_: str, body: Body) -> Body:
    """A statement, with a condition unless there is none."""
    content = decoded(body["policy"])
    fixed = {key: value for key, value in content["Statement"][0].items() if key != "Condition"}
    fixed |= {"Action": "${sort(each.value.actions)}", "Resource": "${sort(each.value.resources)}"}
    condition = "length(each.value.conditions) > 0 ? { Condition = each.value.conditions } : {}"
    content["Statement"] = [f"${{{hcl.call('merge', [hcl.value(fixed, encoded=True), condition])}}}"]
    written = hcl.value(content, encoded=True)
    return {**body, "name": "dags-${each.value.name}", "policy": f"${{jsonencode({written})}}"}


_ENTRIES = "{ for name, egress in local.worker_egress : name => egress if egress.cidr %s null }"
_POLICIES = "{ for key, policy in local.worker_group_policies : key => policy if length(policy.actions) %s 0 }"
# What the address of the marked resource contains, what replaces it, the items, and further changes.
_KINDS: tuple[tuple[str, str, str, Callable[[str, Body], Body]], ...] = (
    (f"egress_to_{access.CIDR}_{_CIDR}", "egress_to_destinations", "local.worker_group_egress", _rule),
    (f"managed_{access.POLICY_ARN}", "managed_policies", _POLICIES % "==", _same),
    (_STATEMENT, "dags", _POLICIES % ">", _policy),
    (f"dags_{access.SECRET}", "dags_secrets", "local.worker_group_secrets", _same),
    (f"{_CIDR}_{access.CIDR}", "destinations", _ENTRIES % "!=", _entry),
    (access.CIDR, "destinations", _ENTRIES % "!=", _entry),
    (_CIDR, "destinations", _ENTRIES % "!=", _entry),
    (_GROUP, "destination_groups", _ENTRIES % "==", _entry),
)
