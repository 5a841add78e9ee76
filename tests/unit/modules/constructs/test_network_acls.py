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
    acls = {tier_of(acl): acl for acl in deployment.of("aws_network_acl")}
    assert set(acls) == set(TIERS)
    for tier, acl in acls.items():
        assert {tier_of(deployment.resolve(subnet)) for subnet in acl.body["subnet_ids"]} == {tier}
    counted = Counter(
        (deployment.resolve(entry.body["network_acl_id"]).key, entry.body["egress"])
        for entry in deployment.of("aws_network_acl_rule")
    )
    assert max(counted.values()) <= 20, "AWS allows 20 rules in each direction"


@pytest.mark.feature("N4")
@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_each_entry_allows_requests_or_replies_of_a_declared_flow(changes: dict[str, Any]) -> None:
    """Each entry for requests has an entry for replies, and the other way round."""
    deployment = deployed(**changes)
    ports = {flow.port for flow in declared_flows(deployment.configuration)}
    entries = [Entry.read(deployment, item) for item in deployment.of("aws_network_acl_rule")]
    for entry in entries:
        opposite = [other for other in entries if other.answers(entry)]
        if entry.is_reply:
            assert any(other.covers_one_of(ports) for other in opposite), f"{entry}: allows replies without a request"
        else:
            assert entry.ports[0] in ports, f"{entry}: no flow has this port"
            assert any(other.is_reply for other in opposite), f"{entry}: has no entry for replies"


@dataclass(frozen=True)
class Entry:
    """An entry of the network ACL of a tier."""

    tier: str
    egress: bool
    block: IPv4Network
    ports: tuple[int, int]

    @classmethod
    def read(cls, deployment: Deployment, rule: Resource) -> Entry:
        body, acl = rule.body, deployment.resolve(rule.body["network_acl_id"])
        assert (body["rule_action"], body["protocol"]) == ("allow", "6"), rule.address
        return cls(tier_of(acl), body["egress"], IPv4Network(body["cidr_block"]), (body["from_port"], body["to_port"]))

    @property
    def is_reply(self) -> bool:
        """Whether the ports are ephemeral: those of Linux, or the wide range of load balancers and NAT gateways."""
        return self.ports in {(32768, 61000), (1024, 65535)}

    def covers_one_of(self, ports: set[int]) -> bool:
        return any(self.ports[0] <= port <= self.ports[1] for port in ports)

    def answers(self, other: Entry) -> bool:
        is_opposite = self.tier == other.tier and self.egress != other.egress
        return is_opposite and self.block.overlaps(other.block)
