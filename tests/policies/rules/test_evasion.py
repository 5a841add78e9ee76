"""Evasion: dangerous configurations in unusual syntax never pass."""

from __future__ import annotations

import json
from typing import Any

import pytest
from terraform_gate.finding import Verdict
from terraform_gate.rules.catalog import all_rules
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, container, role_policy, task_definition, trust
from terraform_gate.rules.shared.network_examples import ANYWHERE, ingress_rule, inline_rule, security_group, vpc
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.testing import configuration_from

Blocks = dict[str, Any]
_PEERING: Resources = {"aws_vpc_peering_connection": {"it": {"vpc_id": "vpc-1", "peer_vpc_id": "vpc-2"}}}
_TRANSIT: Resources = {
    "aws_ec2_transit_gateway_vpc_attachment": {
        "it": {"vpc_id": "vpc-1", "subnet_ids": [], "transit_gateway_id": "tgw-1"}
    }
}
_UNKNOWN_VARIABLE: Blocks = {"variable": {"it": {"type": "string"}}}
_NET = merge(vpc(), security_group("public"))
_ADMINISTRATOR = "iam::aws:policy/AdministratorAccess"


def _verdicts(resources: Resources, blocks: Blocks) -> dict[str, set[Verdict]]:
    configuration = configuration_from(resources, **blocks)
    found = {rule.id: {finding.verdict for finding in rule.evaluate(configuration)} for rule in all_rules()}
    return {name: verdicts - {Verdict.PASS} for name, verdicts in found.items() if verdicts - {Verdict.PASS}}


def _sg(**rule: Any) -> Resources:
    return merge(_NET, ingress_rule("way", "public", 22, **rule))


def _listed(*blocks: str, ipv6: bool = False) -> Resources:
    name = "ipv6_cidr_blocks" if ipv6 else "cidr_blocks"
    return merge(vpc(), security_group("public", ingress=[inline_rule(22, **{name: list(blocks)})]))


def _allowed(**statement: Any) -> Resources:
    return role_policy(statement)


def _attached(arn: str, kind: str = "aws_iam_role_policy_attachment", **body: Any) -> Resources:
    given = body or {"role": "${aws_iam_role.worker.name}", "policy_arn": arn}
    return merge(trust(ECS_TASKS), {kind: {"it": given}})


def _policy_data(**body: Any) -> Blocks:
    return {"data": {"aws_iam_policy": {"it": body}}}


def _trusting(principal: Any, **condition: Any) -> Resources:
    return trust(principal, condition=condition)


FAIL, UNKNOWN = Verdict.FAIL, Verdict.UNKNOWN


def _with_variable(name: str) -> Resources:
    return task_definition(container(environment=[{"name": name, "value": "correct-horse-battery-staple"}]))


def _plain_parameter(name: str) -> Resources:
    return {"aws_ssm_parameter": {"it": {"name": name, "type": "String", "value_wo": "x", "value_wo_version": 1}}}


def _listening(protocol: str, **settings: Any) -> Resources:
    return {"aws_lb_listener": {"it": {"load_balancer_arn": "arn:1", "port": 443, "protocol": protocol, **settings}}}


EVASIONS: list[tuple[str, Resources, Blocks, str, Verdict]] = [
    (
        "::/0 in four quarters",
        _listed("::/2", "4000::/2", "8000::/2", "c000::/2", ipv6=True),
        {},
        "AF_SG_1",
        FAIL,
    ),
    ("all global unicast IPv6 addresses", _listed("2000::/3", ipv6=True), {}, "AF_SG_1", FAIL),
    ("0.0.0.0/0 with host bits", _listed("1.2.3.4/0"), {}, "AF_SG_1", FAIL),
    ("a CIDR block from a function", _sg(cidr_ipv4='${format("%s/0", "0.0.0.0")}'), {}, "AF_SG_1", FAIL),
    ("a CIDR block from for_each", _sg(for_each={"a": ANYWHERE}, cidr_ipv4="${each.value}"), {}, "AF_SG_1", FAIL),
    ("a prefix list by id", _sg(prefix_list_id="pl-0a1b2c3d"), {}, "AF_SG_1", UNKNOWN),
    (
        "a protocol number",
        _sg(cidr_ipv4=ANYWHERE, ip_protocol="6", from_port=22, to_port=22),
        {},
        "AF_SG_1",
        FAIL,
    ),
    ("double wildcards", _allowed(Action="**", Resource="**"), {}, "AF_IAM_3", FAIL),
    ("an action with a question mark", _allowed(Action="iam:Pass?ole", Resource="*"), {}, "AF_IAM_6", FAIL),
    (
        "an unknown action",
        _allowed(Action="${var.it}", Resource="arn:aws:s3:::logs/*"),
        _UNKNOWN_VARIABLE,
        "AF_IAM_2",
        UNKNOWN,
    ),
    (
        "an unknown resource",
        _allowed(Action="s3:GetObject", Resource="${var.it}"),
        _UNKNOWN_VARIABLE,
        "AF_IAM_4",
        UNKNOWN,
    ),
    (
        "any role of the account",
        _allowed(Action="sts:AssumeRole", Resource=f"arn:aws:iam::{ACCOUNT}:role/*"),
        {},
        "AF_IAM_11",
        FAIL,
    ),
    ("a managed policy of another partition", _attached(f"arn:aws-cn:{_ADMINISTRATOR}"), {}, "AF_IAM_12", FAIL),
    (
        "a managed policy of an unknown partition",
        _attached(f"arn:${{data.aws_partition.it.partition}}:{_ADMINISTRATOR}"),
        {},
        "AF_IAM_12",
        FAIL,
    ),
    (
        "a managed policy by data source",
        _attached("${data.aws_iam_policy.it.arn}"),
        _policy_data(name="AdministratorAccess"),
        "AF_IAM_12",
        FAIL,
    ),
    (
        "an exclusive attachment list",
        _attached(
            "",
            "aws_iam_role_policy_attachments_exclusive",
            role_name="worker",
            policy_arns=[f"arn:aws:{_ADMINISTRATOR}"],
        ),
        {},
        "AF_IAM_12",
        FAIL,
    ),
    ("trust with a wildcard source ARN", _trusting("*", ArnLike={"aws:SourceArn": "*"}), {}, "AF_IAM_8", FAIL),
    (
        "trust with a wildcard organization",
        _trusting("*", StringLike={"aws:PrincipalOrgID": "o-*"}),
        {},
        "AF_IAM_8",
        FAIL,
    ),
    (
        "trust in every service of an account",
        _trusting("*", StringEquals={"aws:SourceAccount": ACCOUNT}),
        {},
        "AF_IAM_8",
        FAIL,
    ),
    (
        "trust in an account id with a question mark",
        trust({"AWS": "arn:aws:iam::1111222233?3:root"}),
        {},
        "AF_IAM_8",
        FAIL,
    ),
    (
        "container definitions from a function",
        task_definition(container_definitions="${jsonencode([])}"),
        {},
        "AF_ECS_1",
        UNKNOWN,
    ),
    ("privileged as a string", task_definition(container(privileged="true")), {}, "AF_ECS_1", FAIL),
    ("root with a group", task_definition(container(user="root:airflow")), {}, "AF_ECS_2", FAIL),
    (
        "a network configuration from a variable",
        {"aws_ecs_service": {"it": {"name": "it", "network_configuration": "${var.it}"}}},
        _UNKNOWN_VARIABLE,
        "AF_NET_8",
        UNKNOWN,
    ),
    ("a peering connection", _PEERING, {}, "AF_NET_5", UNKNOWN),
    ("a transit gateway", _TRANSIT, {}, "AF_NET_5", UNKNOWN),
    ("a VPN", {"aws_vpn_gateway": {"it": {"vpc_id": "vpc-1"}}}, {}, "AF_NET_5", UNKNOWN),
    ("a signing key in a plain variable", _with_variable("AIRFLOW__API_AUTH__JWT_SECRET"), {}, "AF_ECS_4", FAIL),
    ("a signing key in a String parameter", _plain_parameter("/airflow/dev/jwt-secret"), {}, "AF_SECRET_2", FAIL),
    ("a TLS policy from a function", _listening("HTTPS", ssl_policy='${lookup({}, "tls")}'), {}, "AF_ALB_2", UNKNOWN),
    (
        "an unknown AWS TLS policy",
        _listening("HTTPS", ssl_policy="ELBSecurityPolicy-2099-01-X"),
        {},
        "AF_ALB_2",
        UNKNOWN,
    ),
    ("a custom TLS policy", _listening("HTTPS", ssl_policy="Company-TLS"), {}, "AF_ALB_2", UNKNOWN),
    (
        "an HTTP listener with an unknown action",
        _listening("HTTP", default_action="${local.it}"),
        {},
        "AF_ALB_2",
        UNKNOWN,
    ),
    ("an HTTP listener without an action", _listening("HTTP"), {}, "AF_ALB_2", UNKNOWN),
    ("an unknown protocol", _listening("${data.aws_lb_listener.it.protocol}"), {}, "AF_ALB_2", UNKNOWN),
]


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("resources", "blocks", "rule", "verdict"), [pytest.param(*item[1:], id=item[0]) for item in EVASIONS]
)
def test_evasion_never_passes(resources: Resources, blocks: Blocks, rule: str, verdict: Verdict) -> None:
    assert verdict in _verdicts(json.loads(json.dumps(resources)), blocks).get(rule, set())
