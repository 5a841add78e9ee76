"""The nftables rules of an endpoint follow AWS's semantics; ``tests/image`` runs them in a kernel."""

from __future__ import annotations

import pytest
from terraform_harness.packet_filters.ec2_network import AclEntry, Ec2Network, GroupRule, Route, Services, Subnet
from terraform_harness.packet_filters.ruleset import Endpoint, members_script, route_commands, ruleset

POSTGRES = Services(protocol="6", first=5432, last=5432)
EVERYTHING = Services(protocol="-1")
CLIENT = Endpoint(name="client", address="10.0.0.4", subnet="subnet-a", groups=("sg-client",))
SERVER = Endpoint(name="server", address="10.0.1.4", subnet="subnet-b", groups=("sg-server",))


def _rule(group: str, peer: str, services: Services = POSTGRES, *, egress: bool = False) -> GroupRule:
    return GroupRule(id=f"sgr-{group}", group=group, egress=egress, services=services, peer=peer)


def _entry(number: int, services: Services, *, egress: bool = False, allow: bool = True) -> AclEntry:
    return AclEntry(acl="acl-1", number=number, egress=egress, allow=allow, services=services, cidr="10.0.0.0/16")


def _network(*rules: GroupRule, entries: tuple[AclEntry, ...] = (), routes: tuple[Route, ...] = ()) -> Ec2Network:
    subnets = {
        id_: Subnet(id=id_, cidr=cidr, zone="a", acl="acl-1", routes=routes)
        for id_, cidr in (("subnet-a", "10.0.0.0/24"), ("subnet-b", "10.0.1.0/24"))
    }
    lists = {"pl-s3": ("198.51.100.0/24", "203.0.113.0/24"), "pl-empty": ()}
    return Ec2Network(id="vpc-1", cidr="10.0.0.0/16", subnets=subnets, rules=rules, entries=entries, prefix_lists=lists)


def _chain(script: str, name: str) -> list[str]:
    _, _, rest = script.partition(f"chain {name} {{")
    return [line.strip() for line in rest.partition("\n  }")[0].splitlines() if line.strip()]


def test_rule_that_refers_to_a_group_matches_the_addresses_of_its_members() -> None:
    script = ruleset(_network(_rule("sg-server", "sg-client")), SERVER, [CLIENT, SERVER])
    assert "set members_sg_client { type ipv4_addr; elements = { 10.0.0.4 }; }" in script
    assert any("ip saddr @members_sg_client tcp dport 5432" in line for line in _chain(script, "group_ingress"))
    assert not any("5432" in line for line in _chain(script, "group_egress"))
    added = members_script("sg-client", ["10.0.0.5"])
    assert added == "add element inet aws_network members_sg_client { 10.0.0.5 }\n"


def test_rules_of_other_groups_are_not_in_the_filters() -> None:
    script = ruleset(_network(_rule("sg-other", "0.0.0.0/0")), SERVER, [SERVER])
    assert "5432" not in script


@pytest.mark.parametrize(
    ("services", "match"),
    [
        (POSTGRES, "tcp dport 5432"),
        (Services(protocol="17", first=1024, last=65535), "udp dport 1024-65535"),
        (Services(protocol="6"), "meta l4proto 6"),
        (Services(protocol="1", first=8), "icmp type 8"),
        (Services(protocol="1", first=3, last=4), "icmp type 3 icmp code 4"),
        (Services(protocol="1"), "meta l4proto icmp"),
        (Services(protocol="50"), "meta l4proto 50"),
        (EVERYTHING, ""),
    ],
)
def test_protocol_and_ports_of_a_rule(services: Services, match: str) -> None:
    script = ruleset(_network(_rule("sg-server", "10.0.0.0/8", services)), SERVER, [SERVER])
    expected = f"{'ip saddr 10.0.0.0/8 ' + match:s}".strip() + ' counter accept comment "sg-server sgr-sg-server"'
    assert expected in _chain(script, "group_ingress")


def test_prefix_list_matches_its_blocks_and_an_empty_one_matches_nothing() -> None:
    rules = [_rule("sg-client", peer, egress=True) for peer in ("pl-s3", "pl-empty")]
    found = _chain(ruleset(_network(*rules), CLIENT, [CLIENT]), "group_egress")
    assert any(line.startswith("ip daddr { 198.51.100.0/24, 203.0.113.0/24 } tcp dport 5432") for line in found)
    assert any(line.startswith("meta mark 0xffffffff tcp dport 5432") for line in found)


def test_acl_entries_are_in_order_of_rule_number_and_end_with_a_denial() -> None:
    entries = (
        _entry(200, EVERYTHING),
        _entry(100, POSTGRES, allow=False),
        _entry(32767, EVERYTHING, allow=False),
        _entry(100, POSTGRES, egress=True),
    )
    found = _chain(ruleset(_network(entries=entries), SERVER, [SERVER]), "acl_ingress")
    verdicts = [(line.rpartition("rule ")[2].rstrip('"'), " drop" in line) for line in found if " rule " in line]
    assert verdicts == [("100", True), ("200", False), ("32767", True)]
    assert found[-1] == 'counter drop comment "no entry allows it"'


def test_acl_is_stateless_and_does_not_apply_inside_the_subnet() -> None:
    script = ruleset(_network(), SERVER, [SERVER])
    for chain, side in (("acl_egress", "daddr"), ("acl_ingress", "saddr")):
        found = _chain(script, chain)
        assert f'ip {side} 10.0.1.0/24 accept comment "inside the subnet"' in found
        assert not any("ct state" in line for line in found)
    assert any("ct state established,related" in line for line in _chain(script, "group_ingress"))


def test_endpoint_outside_of_the_subnets_has_no_filters_and_a_nat_gateway_no_groups() -> None:
    outside = ruleset(_network(), Endpoint(name="person", address="10.0.9.9"), [])
    assert "chain acl" not in outside
    assert "chain group" not in outside
    nat = ruleset(_network(), Endpoint(name="nat", address="10.0.0.9", subnet="subnet-a", has_groups=False), [])
    assert "chain acl_ingress" in nat
    assert "group_" not in nat.replace("dropped_by_group", "")


def test_names_of_groups_cannot_break_the_script() -> None:
    network = _network(_rule("sg-server", "10.0.0.0/8"))
    named = Ec2Network(
        id=network.id, cidr=network.cidr, subnets=network.subnets, rules=network.rules,
        names={"sg-server": 'x" drop\n#' + "y" * 200},
    )  # fmt: skip
    (line,) = (line for line in _chain(ruleset(named, SERVER, []), "group_ingress") if "sgr-" in line)
    assert 'comment "x? drop?#yyy' in line
    assert len(line.partition('comment "')[2].rstrip('"')) <= 128


def test_routes_of_the_subnet_are_the_only_routes() -> None:
    routes = (
        Route(destination="10.0.0.0/16", target="local"),
        Route(destination="0.0.0.0/0", target="nat-1"),
        Route(destination="pl-s3", target="vpce-1"),
        Route(destination="192.0.2.0/24", target="tgw-unknown"),
    )
    commands = route_commands(_network(routes=routes), CLIENT, {"nat-1": "10.0.5.5", "vpce-1": "10.0.255.254"})
    assert [" ".join(words) for words in commands] == [
        "route flush root 0.0.0.0/0 scope global",
        "route replace 0.0.0.0/0 via 10.0.5.5",
        "route replace 198.51.100.0/24 via 10.0.255.254",
        "route replace 203.0.113.0/24 via 10.0.255.254",
    ]
    assert len(route_commands(_network(), CLIENT, {})) == 1
