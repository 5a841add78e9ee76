"""Lists whose order has no meaning: an inserted item or another order changes no existing resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.synthesis import Deployment, deployed
from tests.unit.environments.cases import DAG_ACCESS, HOST_KEY, WITH_DAG_ACCESS

A, B, C = ("eu-central-1a", "eu-central-1b", "eu-central-1c")
OFFICE, HOME = "203.0.113.0/24", "198.51.100.0/25"
SMALL, LARGE = {"name": "small", "queues": ["fast", "quick"]}, {"name": "large", "queues": ["default"]}
BOTH_HOSTS = [HOST_KEY, HOST_KEY.replace("github.com", "a.example.com")]
GIT = {"delivery": "git_sync", "repository": "git@github.com:example/dags.git", "deploy_key": True}
HOLDS_ADDRESSES = (
    "aws_eip",
    "aws_nat_gateway",
    "aws_network_acl_rule",
    "aws_route",
    "aws_route_table_association",
    "aws_subnet",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
)
"""Types of resources that Terraform replaces when their addresses or numbers change."""


def _network(*zones: str, egress: str = "nat_per_zone") -> dict[str, Any]:
    return {"network": {"zones": list(zones), "egress": egress}}


def _open_to(*cidrs: str) -> dict[str, Any]:
    return {"load_balancer": {"allowed_cidrs": list(cidrs)}}


def _reversed(access: Mapping[str, Any]) -> dict[str, Any]:
    secrets = dict(reversed(access["secrets"].items()))
    return {"egress": access["egress"][::-1], "policies": access["policies"][::-1], "secrets": secrets}


@pytest.mark.feature("C6")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_network(A, B, C), _network(C, A, B)),
        (_network(A, B, egress="single_nat"), _network(B, A, egress="single_nat")),
        (_open_to(OFFICE, HOME), _open_to(HOME, OFFICE)),
        ({"workers": [SMALL, LARGE]}, {"workers": [LARGE, SMALL | {"queues": ["quick", "fast"]}]}),
        (WITH_DAG_ACCESS, {"workers": [WITH_DAG_ACCESS["workers"][0] | _reversed(DAG_ACCESS)]}),
        ({"tags": {"a": "1", "b": "2"}}, {"tags": {"b": "2", "a": "1"}}),
        ({"dags": GIT | {"known_hosts": BOTH_HOSTS}}, {"dags": GIT | {"known_hosts": BOTH_HOSTS[::-1]}}),
    ],
    ids=["zones", "zones-single-nat", "cidrs", "workers-and-queues", "dag-access", "tags", "known-hosts"],
)
def test_order_of_a_list_changes_nothing(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    assert deployed(**before).stacks == deployed(**after).stacks


@pytest.mark.feature("C6")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (_network(B, C), _network(A, B, C)),
        (_network(A, C), _network(A, B, C)),
        (_network(A, B, egress="single_nat"), _network(A, B, C, egress="single_nat")),
        (_open_to(OFFICE), _open_to(HOME, OFFICE)),
        ({"workers": [LARGE]}, {"workers": [SMALL, LARGE]}),
        ({}, {"components": {"flower": {}}}),
        ({"topology": "local_executor"}, {"topology": "celery"}),
    ],
    ids=["first-zone", "zone-between", "zone-single-nat", "cidr", "worker-group", "flower", "topology"],
)
def test_added_item_moves_nothing_that_exists(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    earlier, later = _addresses(deployed(**before)), _addresses(deployed(**after))
    kept = earlier.keys() & later.keys()
    assert {address: later[address] for address in kept} == {address: earlier[address] for address in kept}
    gone = {address.split(".")[0] for address in earlier.keys() - later.keys()}
    assert not gone & {"aws_subnet", "aws_eip", "aws_nat_gateway"}


@pytest.mark.feature("C6")
def test_worker_group_added_before_another_changes_no_service() -> None:
    before, after = (
        {service.address: dict(service.body) for service in deployed(workers=groups).of("aws_ecs_service")}
        for groups in ([LARGE], [SMALL, LARGE])
    )
    assert {address: after[address] for address in before} == before


def _addresses(deployment: Deployment) -> dict[str, dict[str, Any]]:
    found = {resource.address: dict(resource.body) for resource in deployment.of(*HOLDS_ADDRESSES)}
    return {address: {key: value for key, value in body.items() if key != "//"} for address, body in found.items()}
