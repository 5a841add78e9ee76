"""AF_NACL_2: what a network ACL lets in or out finds its way back."""

from __future__ import annotations

from collections.abc import Iterator

from policies.analysis.network.acls import passage
from policies.analysis.network.addresses import blocks
from policies.analysis.network.filters import AclRule, Block, Direction, NetworkAcl
from policies.analysis.network.location import Location
from policies.analysis.network.model import Kind, Party
from policies.analysis.network.ranges import Ranges
from policies.analysis.network.services import PORTED_ANYWHERE, TCP, UDP, describe, ephemeral, protocol_of
from policies.analysis.network_reading.network import network_of
from policies.analysis.network_rules.base import ACL_RULES, ACLS, NetworkRule, fail, unjudged
from policies.analysis.network_rules.examples import acl, line, subnet, together, vpc
from policies.configuration import Configuration
from policies.finding import Finding, Severity
from policies.rule import Example

_BASE = together(vpc(), subnet("data", "10.0.0.0/24"), acl("main", "data"))
_REQUEST = line("database", 100, (5432, 5432), "10.0.1.0/24")
_LINUX = (32768, 60999)
"""The narrowest range that clients really use: the Linux kernel's default `net.ipv4.ip_local_port_range`."""
_OPPOSITE = {Direction.INGRESS: Direction.EGRESS, Direction.EGRESS: Direction.INGRESS}


class ReplyLeg(NetworkRule):
    """Every allowed request against the lines of the opposite direction; lines that are reply legs themselves pass."""

    id = "AF_NACL_2"
    title = "Every request that a network ACL allows has its reply leg"
    severity_level = Severity.HIGH
    why = (
        "Network ACLs forget: the answer to an allowed request is refused unless a line of the other direction allows "
        "the client's port. The connection hangs, and nothing says why."
    )
    cure = "Allow TCP 32768-61000 (or 1024-65535 for load balancers and NAT) to the same addresses the other way."
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
            for direction in Direction:
                for one in item.lines(direction):
                    if one.allow and isinstance(one.peer, Block) and isinstance(one.services, Ranges):
                        yield from _judge(configuration, item, one, one.peer.ranges, one.services)


def _judge(
    configuration: Configuration, item: NetworkAcl, one: AclRule, peers: Ranges, services: Ranges
) -> Iterator[Finding]:
    back = item.lines(_OPPOSITE[one.direction])
    for protocol in sorted({protocol_of(start) for start, _ in (services & PORTED_ANYWHERE).spans} & {TCP, UDP}):
        replies = ephemeral(protocol, *_LINUX)
        if _is_reply_leg(services, protocol):
            continue
        other = Location(party=Party(name="peer", kind=Kind.ADDRESSES, addresses=peers), subnet=None, addresses=peers)
        if other.addresses <= passage(back, other, services=replies, hope=False).always:
            continue
        possible = other.addresses <= passage(back, other, services=replies, hope=True).always
        way = f"{_OPPOSITE[one.direction]} with {blocks(peers)}"
        what = f"{one.direction} line {one.number} has no reply leg: {way} lacks {describe(replies)}"
        yield from (unjudged if possible else fail)(configuration, one.name, what)


def _is_reply_leg(services: Ranges, protocol: int) -> bool:
    """Client ports and nothing below them: this line answers requests of the other direction."""
    own = services & ephemeral(protocol, 0, 65535)
    return ephemeral(protocol, *_LINUX) <= own <= ephemeral(protocol, 1024, 65535)


rule = ReplyLeg()
