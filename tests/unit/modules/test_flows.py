"""N3 to N5: who may connect to whom, in security groups and in NACLs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

import pytest
from terraform_gate.network.analysis.flow_comparison import extra_flows, missing_flows
from terraform_gate.network.reading.flows import declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.terraform_resource import Resource

from tests.reading import clients, rules, services, tier_of
from tests.synthesis import Deployment, deployed
from tests.unit.environments.cases import GIT_SSH
from tests.unit.modules.large import leaving

TIERS = ("public", "application", "data")
TOPOLOGIES = ("single", "local_executor", "celery")
EGRESS = ("none", "single_nat", "nat_per_zone")
NETWORKS: dict[str, dict[str, Any]] = {
    f"{egress}-{topology}": {
        "topology": topology,
        "network": leaving(egress) if topology == "celery" else {"egress": egress},
    }
    for egress in EGRESS
    for topology in TOPOLOGIES
}
"""Every pair; those of celery over three zones, where tests/unit/modules/test_places.py has them too."""


@pytest.mark.feature("N3")
@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_every_egress_between_two_groups_has_its_ingress(changes: dict[str, Any]) -> None:
    deployment = deployed(**changes)
    names = {one.body["tags"]["airflow-fargate:place"] for one in deployment.of("aws_security_group")}
    out = {(rule.group, rule.peer, rule.port) for rule in rules(deployment, egress=True) if rule.peer in names}
    into = {(rule.peer, rule.group, rule.port) for rule in rules(deployment, egress=False) if rule.peer in names}
    assert out == into


@pytest.mark.feature("N3")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_one_group_for_each_component_and_store(topology: str) -> None:
    deployment = deployed(topology=topology)
    stores = {"metadata-database", "broker"} if topology == "celery" else {"metadata-database"}
    places = Counter(one.body["tags"]["airflow-fargate:place"] for one in deployment.of("aws_security_group"))
    assert places == Counter({*services(deployment), "migrate", "db-clean", "load-balancer", *stores})
    for service, _ in services(deployment).values():
        (group,) = service.get("network_configuration", "security_groups")
        assert deployment.named(group).body["tags"]["airflow-fargate:place"] == service.body["name"]


@pytest.mark.feature("N3")
def test_groups_carry_no_rule_of_their_own_and_every_rule_says_why() -> None:
    deployment = deployed()
    for group in deployment.of("aws_security_group"):
        assert not group.blocks("ingress"), group.address
        assert not group.blocks("egress"), group.address
    kinds = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
    assert all(len(one.body["description"]) > 5 for one in deployment.of(*kinds))


@pytest.mark.feature("N4")
@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_declared_flows_are_possible_flows(changes: dict[str, Any]) -> None:
    assert_network_is_connected_and_minimal(deployed(**changes))


@pytest.mark.feature("N4")
def test_git_over_ssh_opens_its_port_and_no_other() -> None:
    deployment = deployed(dags=GIT_SSH)
    assert_network_is_connected_and_minimal(deployment)
    outside = {(rule.group, rule.port) for rule in rules(deployment, egress=True) if rule.peer == "0.0.0.0/0"}
    cloning = {"scheduler", "dag-processor", "triggerer", "worker-default"}
    assert {group for group, port in outside if port == 22} <= cloning
    assert {port for _, port in outside} == {22, 443}


def assert_network_is_connected_and_minimal(deployment: Deployment) -> None:
    network, flows = network_of(deployment.configuration), declared_flows(deployment.configuration)
    assert len(flows) > 5
    missing = [
        f"{one.flow.source.name} -> {one.flow.destination.name} {one.flow.port}"
        for one in missing_flows(network, flows)
    ]
    extra = [f"{one.source.name} -> {one.destination.name} {one.services}" for one in extra_flows(network, flows)]
    assert (missing, extra) == ([], [])


@pytest.mark.feature("N4")
@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_every_tier_has_its_own_acl_within_the_quota(changes: dict[str, Any]) -> None:
    deployment = deployed(**changes)
    acls = {tier_of(one): one for one in deployment.of("aws_network_acl")}
    assert set(acls) == set(TIERS)
    for tier, acl in acls.items():
        assert {tier_of(deployment.named(one)) for one in acl.body["subnet_ids"]} == {tier}
    counted = Counter(
        (deployment.named(one.body["network_acl_id"]).key, one.body["egress"])
        for one in deployment.of("aws_network_acl_rule")
    )
    assert max(counted.values()) <= 20, "AWS allows 20 rules in each direction"


@pytest.mark.feature("N4")
@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_each_rule_is_a_request_or_a_reply_of_some_declared_flow(changes: dict[str, Any]) -> None:
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
        body, acl = rule.body, deployment.named(rule.body["network_acl_id"])
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


@pytest.mark.feature("N5")
def test_worker_logs_from_the_api_servers_only() -> None:
    deployment = deployed()
    assert clients(deployment, group="worker-default", port=8793) == {"api-server"}
    assert clients(deployment, group="triggerer", port=8794) == {"api-server"}
    assert {rule.port for rule in rules(deployment, egress=False) if rule.group == "worker-default"} == {8793}


@pytest.mark.feature("N5")
def test_in_topology_local_the_scheduler_serves_the_logs() -> None:
    assert clients(deployed(topology="local_executor"), group="scheduler", port=8793) == {"api-server"}


@pytest.mark.feature("N5")
def test_data_ports_from_their_clients_only() -> None:
    deployment = deployed()
    users = {"api-server", "scheduler", "dag-processor", "triggerer", "worker-default", "migrate", "db-clean"}
    assert clients(deployment, group="metadata-database", port=5432) == users
    assert clients(deployment, group="broker", port=6379) == {"api-server", "scheduler", "worker-default"}
    stores = {rule.port for rule in rules(deployment, egress=False) if rule.group in {"metadata-database", "broker"}}
    assert stores == {5432, 6379}
    assert not [rule for rule in rules(deployment, egress=True) if rule.group in {"metadata-database", "broker"}]
