"""Terraform JSON of network ACLs for the examples of several rules."""

from __future__ import annotations

from typing import Any

from terraform_gate.rules.shared.network_examples import acl_entry, network_acl, subnet, vpc
from terraform_gate.rules.shared.resources import Resources, merge


def subnet_with_acl(name: str) -> Resources:
    """A subnet with a network ACL called main, which has no entries yet."""
    return merge(vpc(), subnet(name, "10.0.0.0/24"), network_acl("main", name))


def split_internet(ports: tuple[int, int], **body: Any) -> Resources:
    """Entries 100 and 110, which cover 0.0.0.0/0 with two blocks."""
    return merge(
        acl_entry("low", 100, ports, "0.0.0.0/1", **body), acl_entry("high", 110, ports, "128.0.0.0/1", **body)
    )
