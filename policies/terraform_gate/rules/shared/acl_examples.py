"""Network ACLs that several rules need for their examples."""

from __future__ import annotations

from typing import Any

from terraform_gate.rules.shared.network_examples import Resources, acl, line, subnet, together, vpc


def guarded(name: str) -> Resources:
    """A subnet behind the network ACL called main, which has no lines yet."""
    return together(vpc(), subnet(name, "10.0.0.0/24"), acl("main", name))


def halves(ports: tuple[int, int], **body: Any) -> Resources:
    """Lines 100 and 110: the world, without a line that says so."""
    return together(line("low", 100, ports, "0.0.0.0/1", **body), line("high", 110, ports, "128.0.0.0/1", **body))
