"""Security groups written in every way that Terraform allows are read alike."""

from __future__ import annotations

from dataclasses import replace

import pytest
from terraform_gate.configuration import configuration_of
from terraform_gate.finding import Verdict
from terraform_gate.network.filters import Members, ServicePrefixes, Unknown
from terraform_gate.network.reading.network import network_of
from terraform_gate.rules.network.mixed_styles import rule as mixed_styles
from terraform_gate.rules.security_groups.duplicate_rule import rule as duplicate_rule
from terraform_gate.rules.shared.network_examples import (
    egress_rule,
    ingress_rule,
    inline_rule,
    security_group,
)
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.testing import configuration_from

from tests.policies.network.networks import BASE, WEB, meaning, network

OLD = {"security_group_id": "${aws_security_group.web.id}", "protocol": "tcp", "from_port": 443, "to_port": 443}


STYLES = {
    "separate rules": merge(
        ingress_rule("one", "web", cidr_ipv4="10.0.0.0/8"),
        ingress_rule("two", "web", cidr_ipv6="fd00::/8"),
        ingress_rule("three", "web", other="client"),
    ),
    "legacy rules": {
        "aws_security_group_rule": {
            "one": {**OLD, "type": "ingress", "cidr_blocks": ["10.0.0.0/8"], "ipv6_cidr_blocks": ["fd00::/8"]},
            "two": {**OLD, "type": "ingress", "source_security_group_id": "${aws_security_group.client.id}"},
        }
    },
    "inline blocks": security_group(
        "web",
        ingress=[
            inline_rule(cidr_blocks=["10.0.0.0/8"], security_groups=["${aws_security_group.client.id}"]),
            inline_rule(ipv6_cidr_blocks=["fd00::/8"]),
        ],
    ),
    "an inline block as a map": security_group(
        "web",
        ingress={
            **inline_rule(cidr_blocks=["10.0.0.0/8"], ipv6_cidr_blocks=["fd00::/8"]),
            "security_groups": ["${aws_security_group.client.id}"],
        },
    ),
    "numbers as strings": {
        "aws_security_group_rule": {
            "one": {
                **OLD,
                "protocol": "6",
                "from_port": "443",
                "to_port": "443",
                "type": "ingress",
                "cidr_blocks": ["10.0.0.0/8"],
                "ipv6_cidr_blocks": ["fd00::/8"],
                "source_security_group_id": "${aws_security_group.client.id}",
            }
        }
    },
}


@pytest.mark.feature("P1")
@pytest.mark.parametrize("style", STYLES)
def test_rule_is_read_the_same_in_every_syntax(style: str) -> None:
    expected = {
        ("ingress", "10.0.0.0/8", "tcp/443"),
        ("ingress", "fd00::/8", "tcp/443"),
        ("ingress", str(Members("example//aws_security_group.client")), "tcp/443"),
    }
    assert meaning(network(BASE, STYLES[style])) == expected


@pytest.mark.feature("P1")
@pytest.mark.parametrize(
    "own", [ingress_rule("own", "web", other="web"), security_group("web", ingress=[inline_rule(443, self=True)])]
)
def test_self_referencing_rule_is_read_in_both_syntaxes(own: Resources) -> None:
    assert meaning(network(BASE, own)) == {("ingress", str(Members(WEB)), "tcp/443")}


@pytest.mark.feature("P1")
def test_rules_of_an_external_group_are_read() -> None:
    rule = ingress_rule("internet", "web", 22, cidr_ipv4="0.0.0.0/0", security_group_id="sg-0123456789abcdef0")
    assert meaning(network(BASE, rule), "sg-0123456789abcdef0") == {("ingress", "0.0.0.0/0", "tcp/22")}


@pytest.mark.feature("P1")
def test_prefix_list_entries_are_read() -> None:
    lists = {
        "aws_ec2_managed_prefix_list": {
            "office": {
                "name": "office",
                "address_family": "IPv4",
                "max_entries": 2,
                "entry": [{"cidr": "203.0.113.0/25"}],
            }
        },
        "aws_ec2_managed_prefix_list_entry": {
            "more": {"cidr": "203.0.113.128/25", "prefix_list_id": "${aws_ec2_managed_prefix_list.office.id}"}
        },
        "aws_vpc_endpoint": {"s3": {"vpc_id": "${aws_vpc.main.id}", "service_name": "com.amazonaws.eu-central-1.s3"}},
    }
    made = network(
        BASE,
        lists,
        ingress_rule("office", "web", prefix_list_id="${aws_ec2_managed_prefix_list.office.id}"),
        egress_rule("s3", "web", prefix_list_id="${aws_vpc_endpoint.s3.prefix_list_id}"),
        egress_rule("other", "web", prefix_list_id="pl-0123456789abcdef0"),
    )
    assert meaning(made) == {
        ("ingress", "203.0.113.0/25", "tcp/443"),
        ("ingress", "203.0.113.128/25", "tcp/443"),
        ("egress", str(ServicePrefixes("s3")), "tcp/443"),
        ("egress", str(Unknown("pl-0123456789abcdef0")), "tcp/443"),
    }


@pytest.mark.feature("P1")
def test_variable_defaults_locals_and_attributes_are_resolved() -> None:
    made = network(
        BASE,
        ingress_rule("variable", "web", 1, cidr_ipv4="${var.office}"),
        ingress_rule("local", "web", 2, cidr_ipv4="${local.office}"),
        ingress_rule("vpc", "web", 3, cidr_ipv4="${aws_vpc.main.cidr_block}"),
        ingress_rule("unknown", "web", 4, cidr_ipv4="${var.no_default}"),
        ingress_rule("port", "web", 0, cidr_ipv4="10.0.0.0/8", from_port="${var.no_default}"),
        variable={"office": {"default": "203.0.113.0/24"}, "no_default": {}},
        locals={"office": "198.51.100.0/24"},
    )
    found = {(peer, ports) for _, peer, ports in meaning(made)}
    assert {("203.0.113.0/24", "tcp/1"), ("198.51.100.0/24", "tcp/2"), ("10.0.0.0/16", "tcp/3")} <= found
    assert ("10.0.0.0/8", "?") in found
    assert sum("no_default" in peer for peer, _ in found) == 1


@pytest.mark.feature("P1")
def test_copies_of_separate_rules_in_a_plan_are_no_inline_rules() -> None:
    """After the first apply, `ingress` of a planned group contains its separate rules, with ids for references."""
    rules = merge(BASE, ingress_rule("one", "web", other="client"), ingress_rule("two", "web", cidr_ipv4="10.0.0.0/8"))
    ids = {"aws_security_group.web": "sg-1", "aws_security_group.client": "sg-2"}
    mirror = [inline_rule(security_groups=["sg-2"]), inline_rule(cidr_blocks=["10.0.0.0/8"])]
    planned = [
        replace(item, is_planned=True, body={**item.body, "id": ids.get(item.address, item.address)})
        for item in configuration_from(rules).resources.values()
    ]
    planned = [
        replace(item, body={**item.body, "ingress": mirror, "egress": []}) if item.address.endswith(".web") else item
        for item in planned
    ]
    configuration = configuration_of(planned)
    assert len(network_of(configuration).groups[WEB].rules) == 2
    for rule in (mixed_styles, duplicate_rule):
        assert {finding.verdict for finding in rule.evaluate(configuration)} == {Verdict.PASS}
    written = [replace(item, is_planned=False) for item in planned]
    assert Verdict.FAIL in {finding.verdict for finding in mixed_styles.evaluate(configuration_of(written))}
