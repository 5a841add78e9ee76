"""Network ACLs of the tiers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

import pytest
from terraform_gate.network.reading.flows import declared_flows
from terraform_gate.terraform_resource import Resource

from tests.reading import tier_of
from tests.synthesis import Deployment, deployed
from tests.unit.modules.variants import NETWORKS, TIERS


@pytest.mark.feature("N4")
@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_each_tier_has_its_own_acl_within_the_quota(changes: dict[str, Any]) -> None:
    deployment = deployed(**changes)
    acls = {tier_of(one): one for one in deployment.of("aws_network_acl")}
    assert set(acls) == set(TIERS)
    for tier, acl in acls.items():
        assert {tier_of(deployment.resolve(one)) for one in acl.body["subnet_ids"]} == {tier}
    counted = Counter(
        (deployment.resolve(one.body["network_acl_id"]).key, one.body["egress"])
        for one in deployment.of("aws_network_acl_rule")
    )
    assert max(counted.values()) <= 20, "AWS allows 20 rules in each direction"


@pytest.mark.feature("N4")
@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_each_entry_allows_requests_or_replies_of_a_declared_flow(changes: dict[str, Any]) -> None:
    """Every request has room for its reply the other way, every reply a request that it answers."""
    deployment = deployed(**changes)
    ports = {flow.port for flow in declared_flows(deployment.configuration)}
    legs = [Leg.read(deployment, item) for item in deployment.of("aws_network_acl_rule")]
    for leg in legs:
        back = [other for other in legs if other.answers(leg)]
        if leg.is_reply:
            assert any(other.holds_one_of(ports) for other in back), f"{leg}: a reply to nothing"
        else:
            assert leg.ports[0] in ports, f"{leg}: no flow needs it"
            assert any(other.is_reply for other in back), f"{leg}: no way back"


@dataclass(frozen=True)
class Leg:
    """A rule of a tier's NACL."""

    tier: str
    egress: bool
    block: IPv4Network
    ports: tuple[int, int]

    @classmethod
    def read(cls, deployment: Deployment, rule: Resource) -> Leg:
        body, acl = rule.body, deployment.resolve(rule.body["network_acl_id"])
        assert (body["rule_action"], body["protocol"]) == ("allow", "6"), rule.address
        return cls(tier_of(acl), body["egress"], IPv4Network(body["cidr_block"]), (body["from_port"], body["to_port"]))

    @property
    def is_reply(self) -> bool:
        """Linux' ephemeral ports, or the wide range of load balancers and NAT gateways."""
        return self.ports in {(32768, 61000), (1024, 65535)}

    def holds_one_of(self, ports: set[int]) -> bool:
        return any(self.ports[0] <= port <= self.ports[1] for port in ports)

    def answers(self, other: Leg) -> bool:
        opposite = self.tier == other.tier and self.egress != other.egress
        return opposite and self.block.overlaps(other.block)
