"""Routes and addresses of private subnets: every table that applies, and every kind of target."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_gate.finding import Finding, Verdict
from terraform_gate.rules.catalog import all_rules
from terraform_gate.rules.shared.endpoint_examples import database, ecs_service, internet_route
from terraform_gate.rules.shared.network_examples import ANYWHERE, ingress_rule, security_group, subnet, vpc
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.testing import configuration_from

TASK = merge(vpc(), security_group("web"), ecs_service("web", groups=("web",)))
TABLE: Resources = {"aws_route_table": {"app": {"vpc_id": "${aws_vpc.main.id}"}}}


def _findings(rule_id: str, *parts: Resources, **blocks: Any) -> dict[str, Finding]:
    """Return the findings of a rule that are no pass, by address."""
    (rule,) = [rule for rule in all_rules() if rule.id == rule_id]
    findings = rule.evaluate(configuration_from(merge(*parts), **blocks))
    return {item.resource.address: item for item in findings if item.verdict is not Verdict.PASS}


def _verdict(*parts: Resources, **blocks: Any) -> tuple[str, str]:
    """Return verdict and message of AF_NET_6 on the subnet of the task."""
    found = _findings("AF_NET_6", *parts, **blocks).get("aws_subnet.app_a")
    return (str(found.verdict), found.message) if found else ("pass", "")


def _associated(subnet_id: str, table: str = "app") -> Resources:
    body = {"subnet_id": subnet_id, "route_table_id": f"${{aws_route_table.{table}.id}}"}
    return {"aws_route_table_association": {"app": body}}


def _route(**target: Any) -> Resources:
    body = {"route_table_id": "${aws_route_table.app.id}", "destination_cidr_block": ANYWHERE, **target}
    return merge(TABLE, _associated("${aws_subnet.app_a.id}"), {"aws_route": {"out": body}})


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        ({"nat_gateway_id": "nat-1"}, "pass"),
        ({"egress_only_gateway_id": "eigw-1", "destination_cidr_block": None}, "pass"),
        ({"vpc_peering_connection_id": "pcx-1"}, "pass"),
        ({"gateway_id": "igw-1", "destination_cidr_block": "198.51.100.0/24"}, "fail"),
        ({"gateway_id": "${var.gateway}"}, "unknown"),
        ({"carrier_gateway_id": "cagw-1"}, "fail"),
        ({"network_interface_id": "eni-1"}, "unknown"),
        ({"network_interface_id": "eni-1", "destination_cidr_block": "10.9.0.0/16"}, "pass"),
        ({"vpc_endpoint_id": "${one(aws_networkfirewall_firewall.f.firewall_status).endpoint_id}"}, "fail"),
    ],
)
def test_target_of_a_default_route_decides_about_a_private_subnet(target: dict[str, Any], verdict: str) -> None:
    firewall = {
        "aws_networkfirewall_firewall": {
            "f": {"name": "f", "subnet_mapping": [{"subnet_id": "${aws_subnet.firewall.id}"}]},
        }
    }
    public = merge(subnet("firewall", "10.0.3.0/24"), internet_route("firewall"))
    routed = _route(**target)
    associations = {**public["aws_route_table_association"], **routed["aws_route_table_association"]}
    parts = merge(TASK, firewall, public, routed, {"aws_route_table_association": associations})
    found = _verdict(parts, variable={"gateway": {}})
    assert found[0] == verdict, found


@pytest.mark.feature("P5")
def test_association_with_an_unknown_subnet_makes_the_table_of_the_other_subnets_unknown() -> None:
    public = merge(TASK, internet_route())
    association = {"aws_route_table_association": {"x": {"subnet_id": "${var.s}", "route_table_id": _PUBLIC}}}
    verdict, message = _verdict(public, association, variable={"s": {}})
    assert verdict == "unknown"
    assert "may be associated with aws_route_table.public" in message


@pytest.mark.feature("P5")
def test_association_that_names_other_subnets_says_nothing_about_a_private_subnet() -> None:
    public = merge(TASK, internet_route(), subnet("public", "10.0.9.0/24"))
    one_of = "${element([aws_subnet.public.id], var.n)}"
    association = {"aws_route_table_association": {"x": {"subnet_id": one_of, "route_table_id": _PUBLIC}}}
    assert _verdict(public, association, variable={"n": {}}) == ("pass", "")


_PUBLIC = "${aws_route_table.public.id}"


@pytest.mark.feature("P5")
def test_dynamic_routes_are_read_and_unknown_ones_are_unknown() -> None:
    content = {"cidr_block": "${route.value}", "gateway_id": "igw-1"}

    def table(each: Any) -> Resources:
        body = {"vpc_id": "${aws_vpc.main.id}", "dynamic": {"route": {"for_each": each, "content": content}}}
        return {"aws_route_table": {"app": body}}

    associated = _associated("${aws_subnet.app_a.id}")
    assert _verdict(TASK, table([ANYWHERE]), associated)[0] == "fail"
    assert _verdict(TASK, table([]), associated)[0] == "pass"
    assert _verdict(TASK, table("${var.routes}"), associated, variable={"routes": {}})[0] != "pass"


@pytest.mark.feature("P5")
def test_default_route_to_an_unknown_gateway_is_unknown_and_no_violation() -> None:
    found = _findings("AF_NET_5", TASK, _route(gateway_id="${var.gateway}"), variable={"gateway": {}})
    assert found["aws_route.out"].verdict is Verdict.UNKNOWN


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("aws_launch_template", {"network_interfaces": [{"associate_public_ip_address": True}]}),
        ("aws_ecs_task_set", {"network_configuration": [{"assign_public_ip": True}]}),
        ("aws_eip_association", {"instance_id": "i-1", "allocation_id": "eipalloc-1"}),
        ("aws_dms_replication_instance", {"publicly_accessible": True}),
        (
            "aws_batch_job_definition",
            {"container_properties": '{"networkConfiguration": {"assignPublicIp": "ENABLED"}}'},
        ),
        (
            "aws_scheduler_schedule",
            {
                "target": [
                    {
                        "arn": "arn:aws:scheduler:::aws-sdk:ecs:runTask",
                        "input": '{"NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "ENABLED"}}}',
                    }
                ]
            },
        ),
    ],
)
def test_public_address_is_found_wherever_it_is_assigned(kind: str, body: dict[str, Any]) -> None:
    assert _findings("AF_NET_8", {kind: {"x": body}})[f"{kind}.x"].verdict is Verdict.FAIL


@pytest.mark.feature("P5")
def test_elastic_address_of_a_nat_gateway_passes() -> None:
    assert _findings("AF_NET_8", {"aws_eip": {"nat": {"domain": "vpc"}}}) == {}


@pytest.mark.feature("P5")
def test_office_network_may_reach_a_bastion_group_but_no_database() -> None:
    base = merge(vpc(), security_group("database"), database(), security_group("bastion"))
    office = "203.0.113.0/28"
    assert _findings("AF_SG_4", base, ingress_rule("ssh", "bastion", 22, cidr_ipv4=office)) == {}
    found = _findings("AF_SG_4", base, ingress_rule("sql", "database", 5432, cidr_ipv4=office))
    assert set(found) == {"aws_vpc_security_group_ingress_rule.sql"}
