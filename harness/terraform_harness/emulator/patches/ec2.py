"""EC2: descriptions and number of security group rules."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule

from terraform_harness.emulator.patches.patch import patch

REASON = "moto forgets the description of a rule that names a group or a prefix list"
PREFIX_LIST = 7
_make = SecurityGroupRule.__init__


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
