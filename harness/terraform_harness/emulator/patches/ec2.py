"""EC2: descriptions and number of security group rules, routes of gateway endpoints."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.models.vpcs import VPCEndPoint

from terraform_harness.emulator.patches.patch import patch

REASON = "moto forgets the description of a rule that names a group or a prefix list"
PREFIX_LIST = 7
_make = SecurityGroupRule.__init__
_modify_endpoint = VPCEndPoint.modify


@patch(SecurityGroupRule, reason=REASON)
def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 the name of the replaced method
    _make(self, *args, **kwargs)
    prefix_list = kwargs.get("prefix_list_id", args[PREFIX_LIST] if len(args) > PREFIX_LIST else None)
    self.prefix_list_description = (prefix_list or {}).get("Description")


def description(self: Any) -> str | None:
    of_rule: str | None = self.ip_range.get("Description")
    return of_rule or self.source_group.get("Description") or self.prefix_list_description


patch(SecurityGroupRule, reason=REASON, name="description")(property(description))


@patch(
    SecurityGroupBackend,
    reason="moto counts IPv4 and IPv6 rules together and has no raised quotas",
)
def _verify_group_will_respect_rule_count_limit(self: Any, *_args: Any, **_kwargs: Any) -> None:
    """Accept any number of rules."""


@patch(VPCEndPoint, reason="moto adds no route to a route table that a gateway endpoint gets later", name="modify")
def modify_endpoint(self: Any, *args: Any, **kwargs: Any) -> None:
    before = set(self.route_table_ids or ())
    _modify_endpoint(self, *args, **kwargs)
    after, backend, prefixes = set(self.route_table_ids or ()), self.ec2_backend, self.destination_prefix_list_id
    for table in sorted(after - before):
        backend.create_route(table, None, gateway_id=self.id, destination_prefix_list_id=prefixes)
    for table in sorted((before - after) & backend.route_tables.keys()):  # Terraform may have deleted a table already
        backend.delete_route(table, prefixes)
