"""Security groups and their rules."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.reading import clients, rules, services
from tests.synthesis import deployed
from tests.unit.modules.variants import DISTINCT_TOPOLOGIES, NETWORKS


@pytest.mark.feature("N3")
@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_each_egress_rule_has_its_ingress_rule(changes: dict[str, Any]) -> None:
    deployment = deployed(**changes)
    names = {group.body["tags"]["airflow-fargate:place"] for group in deployment.of("aws_security_group")}
    out = {(rule.group, rule.peer, rule.port) for rule in rules(deployment, egress=True) if rule.peer in names}
    into = {(rule.peer, rule.group, rule.port) for rule in rules(deployment, egress=False) if rule.peer in names}
    assert out == into


@pytest.mark.feature("N3")
@pytest.mark.parametrize("topology", DISTINCT_TOPOLOGIES)
def test_each_component_and_store_has_its_own_security_group(topology: str) -> None:
    deployment = deployed(topology=topology)
    stores = {"metadata-database", "broker"} if topology == "celery" else {"metadata-database"}
    stores |= {"airflow-task"} if topology == "ecs" else set()
    endpoints = Counter(group.body["tags"]["airflow-fargate:place"] for group in deployment.of("aws_security_group"))
    assert endpoints == Counter({*services(deployment), "migrate", "db-clean", "load-balancer", *stores})
    for service, _ in services(deployment).values():
        (group,) = service.get("network_configuration", "security_groups")
        assert deployment.resolve(group).body["tags"]["airflow-fargate:place"] == service.body["name"]


@pytest.mark.feature("N3")
def test_security_groups_have_no_inline_rules_and_rules_have_descriptions() -> None:
    deployment = deployed()
    for group in deployment.of("aws_security_group"):
        assert not group.blocks("ingress"), group.address
        assert not group.blocks("egress"), group.address
    kinds = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
    assert all(len(rule.body["description"]) > 5 for rule in deployment.of(*kinds))


@pytest.mark.feature("N5")
def test_only_clients_reach_the_ports_of_data_stores() -> None:
    deployment = deployed()
    users = {"api-server", "scheduler", "dag-processor", "triggerer", "worker-default", "migrate", "db-clean"}
    assert clients(deployment, group="metadata-database", port=5432) == users
    assert clients(deployment, group="broker", port=6379) == {"scheduler", "worker-default"}
    stores = {rule.port for rule in rules(deployment, egress=False) if rule.group in {"metadata-database", "broker"}}
    assert stores == {5432, 6379}
    assert not [rule for rule in rules(deployment, egress=True) if rule.group in {"metadata-database", "broker"}]
