"""The NACLs of every tier, derived from the declared flows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_network

from cdktf_cdktf_provider_aws.network_acl import NetworkAcl
from cdktf_cdktf_provider_aws.network_acl_rule import NetworkAclRule
from constructs import Construct

from modules.core.addressing import tier_cidr
from modules.core.flows import ANYWHERE, INTERNET, Flow, Place, Tier
from modules.core.network_reference import NetworkReference
from modules.core.references import known_after_apply

# Ports that replies come back to. Fargate tasks use Linux' range; load balancer and NAT gateway use the wide one:
# https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports
LINUX_REPLY_PORTS = (32768, 61000)
WIDE_REPLY_PORTS = (1024, 65535)
PROTOCOL_NUMBERS = {"tcp": "6", "udp": "17"}


@dataclass(frozen=True, order=True)
class Leg:
    """One direction of a flow through one tier's border: what becomes a NACL rule. ``where`` is a tier or a block."""

    egress: bool
    where: str
    from_port: int
    to_port: int
    protocol: str
    cidr: str = field(compare=False)

    def holds(self, other: Leg) -> bool:
        """Whether this leg allows already what ``other`` would."""
        same = (self.egress, self.protocol) == (other.egress, other.protocol)
        ports = self.from_port <= other.from_port and other.to_port <= self.to_port
        return same and ports and (self.where == other.where or _holds(self.cidr, other.cidr))


class NetworkAcls(Construct):
    """One NACL a tier; each declared flow opens its request leg and its reply leg, and nothing else is open.

    Args:
        through_nat: whether traffic to the internet passes the public tier on its way.
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
            self._tier(tier, subnet_ids, self._legs(tier, known), f"{name}-{tier}")

    def _tier(self, tier: Tier, subnet_ids: list[str], legs: list[Leg], name: str) -> None:
        acl = NetworkAcl(
            self,
            tier,
            vpc_id=self._network.vpc_id,
            subnet_ids=subnet_ids,
            tags={"Name": name, "airflow-fargate:tier": tier},
        )
        for direction in (False, True):
            for index, leg in enumerate(leg for leg in legs if leg.egress == direction):
                NetworkAclRule(
                    self,
                    f"{tier}-{'out' if direction else 'in'}-{index}",
                    network_acl_id=acl.id,
                    rule_number=100 + 10 * index,
                    egress=direction,
                    protocol=PROTOCOL_NUMBERS[leg.protocol],
                    rule_action="allow",
                    cidr_block=leg.cidr,
                    from_port=leg.from_port,
                    to_port=leg.to_port,
                )

    def _legs(self, tier: Tier, flows: Iterable[Flow]) -> list[Leg]:
        legs: set[Leg] = set()
        for flow in flows:
            if flow.source.tier == tier:
                legs |= self._both_legs(flow.destination, flow, tier, starts_here=True)
            if flow.destination.tier == tier:
                legs |= self._both_legs(flow.source, flow, flow.source.tier, starts_here=False)
            if tier == "public" and self._passes_nat(flow):
                legs |= self._both_legs(flow.source, flow, flow.source.tier, starts_here=False)
                legs |= self._both_legs(INTERNET, flow, "public", starts_here=True)
        return sorted(leg for leg in legs if not any(other != leg and other.holds(leg) for other in legs))

    def _passes_nat(self, flow: Flow) -> bool:
        return self._through_nat and flow.source.tier == "application" and flow.destination == INTERNET

    def _both_legs(self, peer: Place, flow: Flow, starts_in: Tier, *, starts_here: bool) -> set[Leg]:
        reply = LINUX_REPLY_PORTS if starts_in == "application" else WIDE_REPLY_PORTS
        result: set[Leg] = set()
        for where, cidr in self._addresses(peer).items():
            result.add(Leg(starts_here, where, flow.port, flow.port, flow.protocol, cidr))
            result.add(Leg(not starts_here, where, *reply, flow.protocol, cidr))
        return result

    def _addresses(self, peer: Place) -> dict[str, str]:
        """Blocks by a word that is the same whatever addresses the VPC has: it numbers the rules."""
        if peer.cidrs:
            return {cidr: cidr for cidr in peer.cidrs}
        return {peer.tier: tier_cidr(self._network.cidr, peer.tier)}


def _holds(wide: str, narrow: str) -> bool:
    """Blocks that only Terraform knows hold nothing but themselves, and are held by the whole internet."""
    if wide == narrow or (wide in ANYWHERE and known_after_apply(narrow)):
        return True
    if known_after_apply(wide) or known_after_apply(narrow):
        return False
    outer, inner = ip_network(wide), ip_network(narrow)
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]
