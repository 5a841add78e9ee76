"""The same network written in every way that Terraform has is read as the same network; the unknown stays unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from terraform_gate.configuration import configuration_of
from terraform_gate.finding import Verdict
from terraform_gate.network.filters import Block, Direction, Members, ServicePrefixes, Unknown
from terraform_gate.network.model import Network, Target
from terraform_gate.network.reach import Reach, decide
from terraform_gate.network.reading.flows import declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe, service
from terraform_gate.rules.network.mixed_styles import rule as mixed_styles
from terraform_gate.rules.security_groups.duplicate_rule import rule as duplicate_rule
from terraform_gate.rules.shared.endpoint_examples import database, ecs_service, load_balancer
from terraform_gate.rules.shared.network_examples import (
    acl_entry,
    egress_rule,
    ingress_rule,
    inline_acl_entry,
    inline_rule,
    network_acl,
    security_group,
    subnet,
    vpc,
)
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.testing import configuration_from

BASE = merge(vpc(), security_group("web"), security_group("client"))
WEB = "example//aws_security_group.web"


def network(*parts: Resources, **blocks: Any) -> Network:
    return network_of(configuration_from(merge(*parts), **blocks))


def meaning(made: Network, name: str = WEB) -> set[tuple[str, str, str]]:
    found = set()
    for rule in made.groups[name].rules:
        peer = rule.peer.text if isinstance(rule.peer, Block) else str(rule.peer)
        found.add(
            (str(rule.direction), peer, describe(rule.services) if not isinstance(rule.services, Unknown) else "?")
        )
    return found


OLD = {"security_group_id": "${aws_security_group.web.id}", "protocol": "tcp", "from_port": 443, "to_port": 443}
STYLES = {
    "a rule by itself": merge(
        ingress_rule("one", "web", cidr_ipv4="10.0.0.0/8"),
        ingress_rule("two", "web", cidr_ipv6="fd00::/8"),
        ingress_rule("three", "web", other="client"),
    ),
    "an old rule": {
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
    "one inline block as a map": security_group(
        "web",
        ingress={
            **inline_rule(cidr_blocks=["10.0.0.0/8"], ipv6_cidr_blocks=["fd00::/8"]),
            "security_groups": ["${aws_security_group.client.id}"],
        },
    ),
    "numbers as text": {
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
def test_every_way_to_write_a_rule_is_read_alike(style: str) -> None:
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
def test_a_group_that_names_itself_however(own: Resources) -> None:
    assert meaning(network(BASE, own)) == {("ingress", str(Members(WEB)), "tcp/443")}


@pytest.mark.feature("P1")
def test_rules_of_a_group_outside_of_the_configuration_are_read() -> None:
    rule = ingress_rule("world", "web", 22, cidr_ipv4="0.0.0.0/0", security_group_id="sg-0123456789abcdef0")
    assert meaning(network(BASE, rule), "sg-0123456789abcdef0") == {("ingress", "0.0.0.0/0", "tcp/22")}


@pytest.mark.feature("P1")
def test_prefix_lists_are_opened() -> None:
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
def test_defaults_of_variables_locals_and_arguments_elsewhere_are_used() -> None:
    made = network(
        BASE,
        ingress_rule("variable", "web", 1, cidr_ipv4="${var.office}"),
        ingress_rule("local", "web", 2, cidr_ipv4="${local.office}"),
        ingress_rule("vpc", "web", 3, cidr_ipv4="${aws_vpc.main.cidr_block}"),
        ingress_rule("unknown", "web", 4, cidr_ipv4="${var.nobody_knows}"),
        ingress_rule("port", "web", 0, cidr_ipv4="10.0.0.0/8", from_port="${var.nobody_knows}"),
        variable={"office": {"default": "203.0.113.0/24"}, "nobody_knows": {}},
        locals={"office": "198.51.100.0/24"},
    )
    found = {(peer, ports) for _, peer, ports in meaning(made)}
    assert {("203.0.113.0/24", "tcp/1"), ("198.51.100.0/24", "tcp/2"), ("10.0.0.0/16", "tcp/3")} <= found
    assert ("10.0.0.0/8", "?") in found
    assert sum("nobody_knows" in peer for peer, _ in found) == 1


LINE = acl_entry("one", 100, (443, 443), "10.0.0.0/8")


@pytest.mark.feature("P2")
@pytest.mark.parametrize(
    "written",
    [
        merge(network_acl("main", "app"), LINE),
        network_acl(
            "main", "app", ingress=[inline_acl_entry(100, "10.0.0.0/8", protocol="tcp", from_port=443, to_port=443)]
        ),
        merge(
            network_acl("main"),
            LINE,
            {
                "aws_network_acl_association": {
                    "one": {"network_acl_id": "${aws_network_acl.main.id}", "subnet_id": "${aws_subnet.app.id}"}
                }
            },
        ),
    ],
    ids=["separate", "inline", "association"],
)
def test_every_way_to_write_a_network_acl_is_read_alike(written: Resources) -> None:
    made = network(vpc(), subnet("app", "10.0.2.0/24"), written)
    assert made.subnets["example//aws_subnet.app"].acls == ("example//aws_network_acl.main",)
    (found,) = made.acls["example//aws_network_acl.main"].entries(Direction.INGRESS)
    assert (found.number, found.allow, describe(found.services)) == (100, True, "tcp/443")  # type: ignore[arg-type]


@pytest.mark.feature("P2")
def test_a_subnet_without_an_acl_uses_the_default_one_as_it_is_managed() -> None:
    made = network(vpc(), subnet("app", "10.0.2.0/24"))
    (name,) = made.subnets["example//aws_subnet.app"].acls
    assert len(made.acls[name].rules) == 2
    closed = {"aws_default_network_acl": {"x": {"default_network_acl_id": "${aws_vpc.main.default_network_acl_id}"}}}
    made = network(vpc(), subnet("app", "10.0.2.0/24"), closed)
    (name,) = made.subnets["example//aws_subnet.app"].acls
    assert made.acls[name].rules == ()


@pytest.mark.feature("P2")
def test_icmp_lines_have_types_where_others_have_ports() -> None:
    made = network(
        vpc(),
        network_acl("main"),
        acl_entry("ping", 100, (0, 0), "10.0.0.0/8", protocol="icmp", icmp_type=8, icmp_code=-1),
    )
    (found,) = made.acls["example//aws_network_acl.main"].rules
    assert describe(found.services) == "icmp/type 8"  # type: ignore[arg-type]


@pytest.mark.feature("P1")
def test_routes_of_every_kind() -> None:
    ids = {
        "gateway_id": "${aws_internet_gateway.main.id}",
        "nat_gateway_id": "nat-1",
        "egress_only_gateway_id": "eigw-1",
        "transit_gateway_id": "tgw-1",
        "vpc_peering_connection_id": "pcx-1",
    }
    routes = {
        name: {
            "route_table_id": "${aws_route_table.main.id}",
            "destination_cidr_block": f"10.{index}.0.0/16",
            name: value,
        }
        for index, (name, value) in enumerate(ids.items())
    }
    tables = {
        "aws_internet_gateway": {"main": {"vpc_id": "${aws_vpc.main.id}"}},
        "aws_route_table": {"main": {"vpc_id": "${aws_vpc.main.id}"}},
        "aws_route": routes,
    }
    made = network(vpc(), tables)
    assert [route.target for route in made.route_tables["example//aws_route_table.main"].routes] == [
        Target.INTERNET_GATEWAY,
        Target.NAT_GATEWAY,
        Target.EGRESS_ONLY_GATEWAY,
        Target.OPAQUE,
        Target.OPAQUE,
    ]


PAIR = merge(
    vpc(),
    security_group("scheduler"),
    security_group("database"),
    database(),
    ecs_service("scheduler", groups=("scheduler",)),
    egress_rule("sql", "scheduler", 5432, other="database"),
    ingress_rule("sql", "database", 5432, other="scheduler"),
)


def reach(
    *parts: Resources, port: int = 5432, source: str = "scheduler", destination: str = "database", **more: Any
) -> Reach:
    made = network(*parts, **more)
    return decide(made, made.endpoints[source], made.endpoints[destination], service=service("tcp", port)).reach


def data_acl(*entries: Resources) -> Resources:
    return merge(PAIR, network_acl("main", "data_a", "data_b"), *entries)


@pytest.mark.feature("P1")
def test_a_connection_through_groups_only() -> None:
    assert reach(PAIR) is Reach.OPEN
    assert reach(PAIR, port=5433) is Reach.CLOSED
    assert reach(PAIR, source="database", destination="scheduler") is Reach.CLOSED


@pytest.mark.feature("P2")
def test_network_acls_are_stateless() -> None:
    request = acl_entry("sql", 100, (5432, 5432), "10.0.2.0/24")
    replies = acl_entry("replies", 100, (32768, 61000), "10.0.2.0/24", egress=True)
    assert reach(data_acl(request)) is Reach.CLOSED
    assert reach(data_acl(replies)) is Reach.CLOSED
    assert reach(data_acl(request, replies)) is Reach.OPEN
    some = acl_entry("replies", 100, (50000, 61000), "10.0.2.0/24", egress=True)
    assert reach(data_acl(request, some)) is Reach.PARTLY
    refusal = acl_entry("no", 90, (5432, 5432), "10.0.0.0/8", rule_action="deny")
    assert reach(data_acl(refusal, request, replies)) is Reach.CLOSED


@pytest.mark.feature("P1")
def test_what_is_not_known_is_not_judged() -> None:
    request = acl_entry("sql", 100, (5432, 5432), "${var.clients}")
    replies = acl_entry("replies", 100, (32768, 61000), "10.0.2.0/24", egress=True)
    unknown = {"variable": {"clients": {}}}
    assert reach(data_acl(request, replies), **unknown) is Reach.UNKNOWN
    assert reach(data_acl(request, replies), variable={"clients": {"default": "10.0.2.0/24"}}) is Reach.OPEN
    wider = acl_entry("wider", 110, (5432, 5432), "10.0.0.0/16")
    assert reach(data_acl(request, wider, replies), **unknown) is Reach.OPEN, "the unknown line decides nothing"
    unplaced = ecs_service("scheduler", groups=("scheduler",), subnets=())
    unplaced["aws_ecs_service"]["scheduler"]["network_configuration"]["subnets"] = "${var.clients}"
    assert reach(merge(PAIR, unplaced), **unknown) is Reach.UNKNOWN


@pytest.mark.feature("P1")
def test_subnets_with_unknown_blocks_match_what_holds_their_vpc() -> None:
    unknown = subnet("app_a", "${cidrsubnet(var.x, 4, 1)}", availability_zone="eu-central-1a")
    assert reach(merge(PAIR, unknown)) is Reach.OPEN
    request, replies = (
        acl_entry(name, 100, ports, "10.0.2.0/24", egress=out)
        for name, ports, out in (("sql", (5432, 5432), False), ("back", (1024, 65535), True))
    )
    assert reach(data_acl(request, replies, unknown)) is Reach.UNKNOWN
    request, replies = (
        acl_entry(name, 100, ports, "10.0.0.0/16", egress=out)
        for name, ports, out in (("sql", (5432, 5432), False), ("back", (1024, 65535), True))
    )
    assert reach(data_acl(request, replies, unknown)) is Reach.OPEN


@pytest.mark.feature("P1")
def test_ipv6_is_a_way_of_its_own() -> None:
    """A rule for 0.0.0.0/0 says nothing about IPv6, and an internet gateway makes every IPv6 address public."""
    six = {"ipv6_cidr_block": "2001:db8:0:1::/64", "availability_zone": "eu-central-1a"}
    door = merge(
        vpc(), security_group("public"), load_balancer(internal=True), subnet("public_a", "10.0.0.0/24", **six)
    )
    route = {
        "aws_route": {
            "six": {
                "route_table_id": "${aws_route_table.public.id}",
                "destination_ipv6_cidr_block": "::/0",
                "gateway_id": "${aws_internet_gateway.main.id}",
            }
        }
    }
    four_only = merge(door, route, ingress_rule("four", "public", 443, cidr_ipv4="0.0.0.0/0"))
    both = merge(four_only, ingress_rule("six", "public", 443, cidr_ipv6="::/0"))
    assert reach(four_only, port=443, source="internet", destination="public") is Reach.CLOSED
    assert reach(both, port=443, source="internet", destination="public") is Reach.OPEN


@pytest.mark.feature("P1")
def test_flows_that_are_none_are_refused_by_name() -> None:
    configuration = configuration_from(PAIR, **{"//": {"flows": [{"source": "a", "destination": "b"}]}})
    with pytest.raises(ValueError, match="'source': 'a'"):
        declared_flows(configuration)


@pytest.mark.feature("P1")
def test_a_plan_over_existing_groups_mirrors_separate_rules_and_is_not_fooled() -> None:
    """After the first apply a group's computed `ingress` holds its separate rules, with ids instead of references."""
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
