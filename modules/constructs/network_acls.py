"""The network ACLs of each tier, derived from the declared flows."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_network

from cdktf_cdktf_provider_aws.network_acl import NetworkAcl
from cdktf_cdktf_provider_aws.network_acl_rule import NetworkAclRule
from constructs import Construct

from modules.core.addressing import tier_cidr
from modules.core.flows import ANYWHERE, S3, Endpoint, Flow, Tier, identifier
from modules.core.network_reference import NetworkReference
from modules.core.references import known_after_apply

# Ephemeral ports that replies return to: Fargate tasks use the Linux range, load balancer and NAT gateway a wider one.
# https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
LINUX_EPHEMERAL_PORTS = (32768, 61000)
WIDE_EPHEMERAL_PORTS = (1024, 65535)
PROTOCOL_NUMBERS = {"tcp": "6", "udp": "17"}
LARGEST_RULE_NUMBER = 32766
"""https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html"""


@dataclass(frozen=True, order=True)
class AclEntry:
    """An entry of a network ACL: the requests or the replies of a flow.

    Args:
        egress: direction, seen from the subnet.
        where: tier or CIDR block on the other side; sorts entries the same way whatever the VPC's addresses are.
        from_port: first port.
        to_port: last port.
        protocol: ``tcp`` or ``udp``.
        cidr: CIDR block on the other side.
    """

    egress: bool
    where: str
    from_port: int
    to_port: int
    protocol: str
    cidr: str = field(compare=False)

    @property
    def id(self) -> str:
        """What the entry allows, as the id of its construct: other entries do not change it."""
        ports = sorted({self.from_port, self.to_port})
        protocol = () if self.protocol == "tcp" else (self.protocol,)
        return "-".join(map(str, ("out" if self.egress else "in", *protocol, *ports, identifier(self.where))))

    def covers(self, other: AclEntry) -> bool:
        """Tell whether this entry allows everything that ``other`` allows."""
        same = (self.egress, self.protocol) == (other.egress, other.protocol)
        ports = self.from_port <= other.from_port and other.to_port <= self.to_port
        return same and ports and (self.where == other.where or _covers(self.cidr, other.cidr))


class NetworkAcls(Construct):
    """One network ACL for each tier with the entries for requests and replies of the declared flows, and no others.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: prefix of the network ACLs' names.
        network: VPC and subnets.
        flows: all declared flows of the environment.
        through_nat: traffic of the application tier to the internet passes a NAT gateway in the public tier.

    Example:
        >>> scheduler, database = Endpoint("scheduler", "application"), Endpoint("metadata-database", "data")
        >>> flow = Flow(source=scheduler, destination=database, port=5432, why="metadata database over TLS")
        >>> acls = NetworkAcls(stack, "network-acls", name="airflow-prod", network=network, flows=[flow],
        ...                    through_nat=False)
        >>> resource("aws_network_acl_rule.network_acls_data_in_5432_application")["cidr_block"]
        '10.0.0.0/18'
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        network: NetworkReference,
        flows: Iterable[Flow],
        through_nat: bool,
    ) -> None:
        super().__init__(scope, id_)
        self._network, self._through_nat = network, through_nat
        subnets: dict[Tier, list[str]] = {
            "public": network.public_subnet_ids,
            "application": network.application_subnet_ids,
            "data": network.data_subnet_ids,
        }
        known = list(flows)
        for tier, subnet_ids in subnets.items():
            self._tier(tier, subnet_ids, self._entries(tier, known), f"{name}-{tier}")

    def _tier(self, tier: Tier, subnet_ids: list[str], entries: list[AclEntry], name: str) -> None:
        acl = NetworkAcl(
            self,
            tier,
            vpc_id=self._network.vpc_id,
            subnet_ids=subnet_ids,
            tags={"Name": name, "airflow-fargate:tier": tier},
        )
        for egress in (False, True):
            for number, entry in _numbered(entry for entry in entries if entry.egress == egress):
                NetworkAclRule(
                    self,
                    f"{tier}-{entry.id}",
                    network_acl_id=acl.id,
                    rule_number=number,
                    egress=egress,
                    protocol=PROTOCOL_NUMBERS[entry.protocol],
                    rule_action="allow",
                    cidr_block=entry.cidr,
                    from_port=entry.from_port,
                    to_port=entry.to_port,
                )

    def _entries(self, tier: Tier, flows: Iterable[Flow]) -> list[AclEntry]:
        entries: set[AclEntry] = set()
        for flow in flows:
            if flow.source.tier == tier:
                entries |= self._request_and_reply(flow.destination, flow, tier, starts_here=True)
            if flow.destination.tier == tier:
                entries |= self._request_and_reply(flow.source, flow, flow.source.tier, starts_here=False)
            if tier == "public" and self._passes_nat(flow):
                entries |= self._request_and_reply(flow.source, flow, flow.source.tier, starts_here=False)
                entries |= self._request_and_reply(flow.destination, flow, "public", starts_here=True)
        return sorted(
            entry for entry in entries if not any(other != entry and other.covers(entry) for other in entries)
        )

    def _passes_nat(self, flow: Flow) -> bool:
        """Whether the route of ``flow`` is through NAT; S3 has a gateway endpoint."""
        outside = flow.destination.tier == "internet" and flow.destination != S3
        return self._through_nat and flow.source.tier == "application" and outside

    def _request_and_reply(self, peer: Endpoint, flow: Flow, starts_in: Tier, *, starts_here: bool) -> set[AclEntry]:
        reply = LINUX_EPHEMERAL_PORTS if starts_in == "application" else WIDE_EPHEMERAL_PORTS
        result: set[AclEntry] = set()
        for where, cidr in self._addresses(peer).items():
            result.add(AclEntry(starts_here, where, *flow.ports, flow.protocol, cidr))
            result.add(AclEntry(not starts_here, where, *reply, flow.protocol, cidr))
        return result

    def _addresses(self, peer: Endpoint) -> dict[str, str]:
        """Return the CIDR blocks of ``peer``, by a key that does not depend on the VPC's addresses."""
        if peer.cidrs:
            return {cidr: cidr for cidr in peer.cidrs}
        return {peer.tier: tier_cidr(self._network.cidr, peer.tier)}


def _numbered(entries: Iterable[AclEntry]) -> list[tuple[int, AclEntry]]:
    """Derive the number of each entry from what it allows, so that a new entry renumbers no other entry.

    The order has no effect, because every entry allows.

    Of two entries with the same number, the later one gets the next number; among the twenty entries that AWS allows,
    one in a hundred sets has such a pair.
    """
    numbered: dict[int, AclEntry] = {}
    for entry in entries:
        number = 1 + zlib.crc32(entry.id.encode()) % LARGEST_RULE_NUMBER
        while number in numbered:
            number = 1 + number % LARGEST_RULE_NUMBER
        numbered[number] = entry
    return sorted(numbered.items())


def _covers(wide: str, narrow: str) -> bool:
    """Tell whether the block ``wide`` contains ``narrow``; an unknown block is contained in itself and in 0.0.0.0/0."""
    if wide == narrow or (wide in ANYWHERE and known_after_apply(narrow)):
        return True
    if known_after_apply(wide) or known_after_apply(narrow):
        return False
    outer, inner = ip_network(wide), ip_network(narrow)
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]
