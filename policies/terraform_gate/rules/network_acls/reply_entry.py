"""AF_NACL_2: network ACLs allow the replies to every request that they allow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.addresses import blocks
from terraform_gate.network.analysis.decision_grid import decided_grid
from terraform_gate.network.filters import AclEntry, Block, Direction, NetworkAcl, Unknown
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import TCP, UDP, describe, ephemeral
from terraform_gate.rule import Example
from terraform_gate.rules.shared.acl_examples import subnet_with_acl
from terraform_gate.rules.shared.network_examples import acl_entry
from terraform_gate.rules.shared.network_rule import ACL_RULES, ACLS, NetworkRule, fail_named, unknown_named
from terraform_gate.rules.shared.resources import merge

_BASE = subnet_with_acl("data")
_REQUEST = acl_entry("database", 100, (5432, 5432), "10.0.1.0/24")
_LINUX = (32768, 60999)
"""The narrowest range in use: the Linux kernel's default `net.ipv4.ip_local_port_range`."""


class MissingReplyEntry(NetworkRule):
    """Compares every allowed request with the entries of the opposite direction.

    Entries that are reply entries themselves pass.
    """

    id = "AF_NACL_2"
    title = "Network ACLs allow the replies to every request that they allow"
    severity = Severity.HIGH
    why = (
        "Network ACLs are stateless: replies to an allowed request are dropped unless an entry in the "
        "opposite direction allows the client's ephemeral port. The connection then times out without an "
        "error message."
    )
    remediation = (
        "Allow TCP 32768-61000 (1024-65535 for load balancers and NAT gateways) to the same addresses in "
        "the opposite direction."
    )
    references = ()
    resource_types = (*ACLS, *ACL_RULES)
    passing = (
        Example(
            title="request and reply entries",
            resources=merge(_BASE, _REQUEST, acl_entry("replies", 100, (1024, 65535), "10.0.1.0/24", egress=True)),
        ),
    )
    failing = (
        Example(title="no reply entry", resources=merge(_BASE, _REQUEST)),
        Example(
            title="replies to only some of the clients",
            resources=merge(_BASE, _REQUEST, acl_entry("replies", 100, (1024, 65535), "10.0.1.0/25", egress=True)),
        ),
        Example(
            title="replies to only some of the ephemeral ports",
            resources=merge(_BASE, _REQUEST, acl_entry("replies", 100, (49152, 65535), "10.0.1.0/24", egress=True)),
        ),
        Example(
            title="replies denied by an earlier entry",
            resources=merge(
                _BASE,
                _REQUEST,
                acl_entry("no", 90, (0, 65535), "10.0.0.0/8", egress=True, rule_action="deny"),
                acl_entry("replies", 100, (1024, 65535), "10.0.1.0/24", egress=True),
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check every allow entry of every network ACL."""
        for acl in network_of(configuration).acls.values():
            for direction, protocol in product(Direction, (TCP, UDP)):
                requests = [
                    (entry, entry.peer.ranges)
                    for entry in acl.in_order(direction)
                    if entry.allow and isinstance(entry.peer, Block) and _is_request(entry.services, protocol)
                ]
                yield from _evaluate(configuration, acl, direction, protocol, requests)


def _evaluate(
    configuration: Configuration,
    acl: NetworkAcl,
    direction: Direction,
    protocol: int,
    requests: Sequence[tuple[AclEntry, Ranges]],
) -> Iterator[Finding]:
    replies, back = ephemeral(protocol, *_LINUX), acl.in_order(direction.opposite)
    peers = [peer for _, peer in requests]
    certain, possible = (
        decided_grid(back, peers=peers, services=replies, assume_open=assume_open) for assume_open in (False, True)
    )
    for entry, peer in requests:
        if not certain.allows_all(peer, replies):
            what = f"{direction.opposite} with {blocks(peer)} lacks {describe(replies)}"
            say = unknown_named if possible.allows_all(peer, replies) else fail_named
            yield from say(
                configuration, entry.name, f"the replies to {direction} entry {entry.number} are blocked: {what}"
            )


def _is_request(services: Ranges | Unknown, protocol: int) -> bool:
    """Whether an entry allows traffic of the protocol that is not a reply: more, or less, than the ephemeral ports."""
    if isinstance(services, Unknown):
        return False
    own = services & ephemeral(protocol, 0, 65535)
    is_reply_entry = ephemeral(protocol, *_LINUX) <= own <= ephemeral(protocol, 1024, 65535)
    return bool(own) and not is_reply_entry


rule = MissingReplyEntry()
