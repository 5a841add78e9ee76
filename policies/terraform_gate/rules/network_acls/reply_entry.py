"""AF_NACL_2: what a network ACL lets in or out finds its way back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.addresses import blocks
from terraform_gate.network.analysis.acl_grid import decided_grid
from terraform_gate.network.filters import AclRule, Block, Direction, NetworkAcl, Unknown
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import TCP, UDP, describe, ephemeral
from terraform_gate.rule import Example
from terraform_gate.rules.shared.acl_examples import guarded
from terraform_gate.rules.shared.network_examples import line, together
from terraform_gate.rules.shared.network_rule import ACL_RULES, ACLS, NetworkRule, fail_named, unknown_named

_BASE = guarded("data")
_REQUEST = line("database", 100, (5432, 5432), "10.0.1.0/24")
_LINUX = (32768, 60999)
"""The narrowest range that clients really use: the Linux kernel's default `net.ipv4.ip_local_port_range`."""
_OPPOSITE = {Direction.INGRESS: Direction.EGRESS, Direction.EGRESS: Direction.INGRESS}


class ReplyLeg(NetworkRule):
    """Every allowed request against the lines of the opposite direction; lines that are reply legs themselves pass."""

    id = "AF_NACL_2"
    title = "Every request that a network ACL allows has its reply leg"
    severity = Severity.HIGH
    why = (
        "Network ACLs forget: the answer to an allowed request is refused unless a line of the other direction allows "
        "the client's port. The connection hangs, and nothing says why."
    )
    remediation = (
        "Allow TCP 32768-61000 (or 1024-65535 for load balancers and NAT) to the same addresses the other way."
    )
    references = ()
    resource_types = (*ACLS, *ACL_RULES)
    passing = (
        Example(
            title="request and reply",
            resources=together(_BASE, _REQUEST, line("replies", 100, (1024, 65535), "10.0.1.0/24", egress=True)),
        ),
    )
    failing = (
        Example(title="no reply", resources=together(_BASE, _REQUEST)),
        Example(
            title="replies to a part of the clients",
            resources=together(_BASE, _REQUEST, line("replies", 100, (1024, 65535), "10.0.1.0/25", egress=True)),
        ),
        Example(
            title="replies to a part of the ports",
            resources=together(_BASE, _REQUEST, line("replies", 100, (49152, 65535), "10.0.1.0/24", egress=True)),
        ),
        Example(
            title="replies denied by an earlier line",
            resources=together(
                _BASE,
                _REQUEST,
                line("no", 90, (0, 65535), "10.0.0.0/8", egress=True, rule_action="deny"),
                line("replies", 100, (1024, 65535), "10.0.1.0/24", egress=True),
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at every allowing line of every network ACL that is written down."""
        for item in network_of(configuration).acls.values():
            for direction, protocol in product(Direction, (TCP, UDP)):
                requests = [
                    (one, one.peer.ranges)
                    for one in item.lines(direction)
                    if one.allow and isinstance(one.peer, Block) and _is_request(one.services, protocol)
                ]
                yield from _judge(configuration, item, direction, protocol, requests)


def _judge(
    configuration: Configuration,
    item: NetworkAcl,
    direction: Direction,
    protocol: int,
    requests: Sequence[tuple[AclRule, Ranges]],
) -> Iterator[Finding]:
    replies, back = ephemeral(protocol, *_LINUX), item.lines(_OPPOSITE[direction])
    peers = [peer for _, peer in requests]
    certain, possible = (decided_grid(back, peers=peers, services=replies, hope=hope) for hope in (False, True))
    for one, peer in requests:
        if not certain.allows_all(peer, replies):
            what = f"{_OPPOSITE[direction]} with {blocks(peer)} lacks {describe(replies)}"
            say = unknown_named if possible.allows_all(peer, replies) else fail_named
            yield from say(configuration, one.name, f"{direction} line {one.number} has no reply leg: {what}")


def _is_request(services: Ranges | Unknown, protocol: int) -> bool:
    """Whether a line lets something of the protocol in that is not a reply: more, or less, than client ports."""
    if isinstance(services, Unknown):
        return False
    own = services & ephemeral(protocol, 0, 65535)
    is_reply_leg = ephemeral(protocol, *_LINUX) <= own <= ephemeral(protocol, 1024, 65535)
    return bool(own) and not is_reply_leg


rule = ReplyLeg()
