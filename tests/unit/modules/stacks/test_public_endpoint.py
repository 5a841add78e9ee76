"""The public endpoint of an environment."""

from __future__ import annotations

import pytest

from tests.reading import clients, rules, services
from tests.synthesis import Deployment, deployed
from tests.unit.environments.cases import GONE
from tests.unit.modules.variants import OPEN, SERVICES, SINGLE_BY_DAY, TOPOLOGIES


@pytest.mark.feature("N6")
def test_load_balancer_is_internal_and_open_to_the_vpc_by_default() -> None:
    deployment = deployed()
    deployment.only("aws_lb", internal=True)
    assert clients(deployment, group="load-balancer", port=443) == {"10.10.0.0/16"}


@pytest.mark.feature("N6")
def test_internet_facing_load_balancer_accepts_allowed_cidrs_only() -> None:
    deployment = deployed(**SINGLE_BY_DAY)
    deployment.only("aws_lb", internal=False)
    outside = {rule for rule in rules(deployment, egress=False) if rule.group == "load-balancer"}
    assert {(rule.peer, rule.port) for rule in outside} == {
        (cidr, port) for cidr in OPEN["allowed_cidrs"] for port in (80, 443)
    }


@pytest.mark.feature("N6")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_load_balancer_reaches_its_targets(topology: str) -> None:
    deployment = deployed(topology=topology)
    (service,) = (item for item, _ in services(deployment).values() if item.blocks("load_balancer"))
    target = service.get("load_balancer", 0)
    targets = deployment.resolve(target["target_group_arn"])
    assert (targets.body["port"], targets.body["target_type"]) == (target["container_port"], "ip")
    forwards = deployment.only("aws_lb_listener", port=443).get("default_action", 0, "target_group_arn")
    assert deployment.resolve(forwards).key == targets.key
    assert "load-balancer" in clients(deployment, group=service.body["name"], port=8080)
    assert _waits_for_listener(deployment, service.body["depends_on"]), "ECS rejects a target group without a listener"


def _waits_for_listener(deployment: Deployment, addresses: list[str]) -> bool:
    listeners = {item.address for item in deployment.of("aws_lb_listener")}
    return bool(listeners & set(addresses))


@pytest.mark.feature("T2")
@pytest.mark.parametrize("topology", SERVICES)
def test_only_the_api_server_has_a_target_group(topology: str) -> None:
    with_target_group = {
        name for name, (service, _) in services(deployed(topology=topology)).items() if service.blocks("load_balancer")
    }
    assert with_target_group == ({"api-server"} if topology in {"local_executor", "ecs", "celery"} else {"standalone"})


@pytest.mark.feature("N6")
def test_certificate_is_validated_in_the_public_zone_and_the_name_is_in_the_private_zone() -> None:
    zones = {"hosted_zone_id": "Z0000PRIVATE", "certificate_zone_id": "Z0000PUBLIC"}
    deployment = deployed(load_balancer={"certificate_arn": GONE, "domain_name": "airflow.example.com", **zones})
    records = {
        record.address.rsplit(".", 1)[-1]: record.body["zone_id"] for record in deployment.of("aws_route53_record")
    }
    assert records == {"certificate_validation_record": "Z0000PUBLIC", "dns_record": "Z0000PRIVATE"}
