"""Network rules give verdicts for arbitrary arguments, and terminate on cycles of security groups."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from terraform_gate.finding import Verdict
from terraform_gate.network.possible_flows import possible_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.rules.catalog import all_rules
from terraform_gate.rules.shared.network_examples import ingress_rule, security_group, vpc
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.testing import configuration_from

RULES = [rule for rule in all_rules() if rule.id.startswith(("AF_SG_", "AF_NACL_", "AF_NET_"))]
ARGUMENTS = {
    "aws_vpc": "cidr_block",
    "aws_subnet": "vpc_id cidr_block ipv6_cidr_block",
    "aws_security_group": "vpc_id ingress egress tags name description",
    "aws_default_security_group": "vpc_id ingress",
    "aws_security_group_rule": (
        "security_group_id type protocol from_port to_port cidr_blocks prefix_list_ids self source_security_group_id"
    ),
    "aws_vpc_security_group_ingress_rule": (
        "security_group_id ip_protocol from_port to_port "
        "cidr_ipv4 cidr_ipv6 prefix_list_id referenced_security_group_id"
    ),
    "aws_network_acl": "vpc_id subnet_ids ingress egress",
    "aws_network_acl_rule": (
        "network_acl_id egress rule_number rule_action protocol cidr_block ipv6_cidr_block from_port to_port icmp_type"
    ),
    "aws_network_acl_association": "network_acl_id subnet_id",
    "aws_default_network_acl": "default_network_acl_id subnet_ids ingress",
    "aws_route_table": "vpc_id route",
    "aws_route": "route_table_id destination_cidr_block gateway_id nat_gateway_id destination_prefix_list_id",
    "aws_route_table_association": "subnet_id route_table_id",
    "aws_nat_gateway": "subnet_id",
    "aws_ec2_managed_prefix_list": "entry",
    "aws_vpc_endpoint": "service_name vpc_endpoint_type subnet_ids security_group_ids route_table_ids",
    "aws_lb": "subnets security_groups internal subnet_mapping",
    "aws_lb_listener": "load_balancer_arn port protocol",
    "aws_db_subnet_group": "subnet_ids name",
    "aws_db_instance": "db_subnet_group_name vpc_security_group_ids port engine",
    "aws_ecs_service": "network_configuration",
}
TYPES = list(ARGUMENTS)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 70000),
    st.floats(allow_nan=False),
    st.sampled_from(
        [
            "",
            "tcp",
            "-1",
            "6",
            "icmp",
            "allow",
            "deny",
            "ingress",
            "egress",
            "0.0.0.0/0",
            "::/0",
            "10.0.0.7/8",
            "banana",
        ]
    ),
    st.sampled_from(["${var.unknown}", "${unknown}", "${", "${each.value}", "$${x}", "a-${aws_vpc.x0.id}-b", "pl-123"]),
    st.sampled_from(TYPES).flatmap(
        lambda kind: st.sampled_from(
            [
                f"${{{kind}.x0.id}}",
                f"${{{kind}.x1.id}}",
                f"${{{kind}.x0}}",
                f"${{{kind}.x0[*].id}}",
                f"${{{kind}.x0.name}}",
            ]
        )
    ),
)
NAMES = st.sampled_from(sorted({name for listed in ARGUMENTS.values() for name in listed.split()}))
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=8
)
CONFIGURATIONS = st.fixed_dictionaries(
    {},
    optional={
        kind: st.fixed_dictionaries(
            dict.fromkeys(("x0", "x1"), st.fixed_dictionaries({}, optional=dict.fromkeys(names.split(), VALUES)))
        )
        for kind, names in ARGUMENTS.items()
    },
)


@pytest.mark.feature("P1")
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(CONFIGURATIONS)
def test_network_rules_give_verdicts_for_arbitrary_arguments(resources: dict[str, Any]) -> None:
    configuration = configuration_from(resources)
    for rule in RULES:
        assert {finding.verdict for finding in rule.evaluate(configuration)} <= set(Verdict)
    assert list(possible_flows(network_of(configuration))) is not None


def cycle(count: int) -> Resources:
    """A cycle of groups that accept traffic from each other, one of them also from the internet."""
    groups = (security_group(f"g{index}") for index in range(count))
    openings = (ingress_rule(f"r{index}", f"g{index}", 22, other=f"g{(index + 1) % count}") for index in range(count))
    return merge(vpc(), *groups, *openings, ingress_rule("internet", "g0", 22, cidr_ipv4="0.0.0.0/0"))


@pytest.mark.feature("P1")
@pytest.mark.parametrize("count", [1, 2, 5000])
def test_cycle_of_security_groups_terminates(count: int) -> None:
    configuration = configuration_from(cycle(count))
    verdicts = {rule.id: {finding.verdict for finding in rule.evaluate(configuration)} for rule in RULES}
    assert verdicts["AF_SG_1"] == {Verdict.PASS, Verdict.FAIL}
    assert verdicts["AF_SG_4"] == {Verdict.PASS}
    assert Verdict.FAIL in verdicts["AF_SG_5"]
