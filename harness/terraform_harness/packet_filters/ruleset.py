"""Writes the nftables rules of one endpoint: its security groups (stateful) and its subnet's network ACL (stateless).

A packet passes them in AWS's order: egress of the groups, egress entries of the ACL, ingress entries of the ACL,
ingress of the groups. Security groups accept replies by connection tracking. ACL entries are evaluated in order of rule
number, in both directions, replies included; they do not apply between two addresses of one subnet.

Not filtered, as in AWS: loopback, and link-local addresses (metadata, the ECS agent, the resolver of the VPC).
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
https://docs.aws.amazon.com/vpc/latest/userguide/nacl-basics.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from terraform_harness.packet_filters.ec2_network import AclEntry, Ec2Network
from terraform_harness.packet_filters.nft_matches import comment_text, matching

TABLE = "inet aws_network"
REMOVED = "removed_flows"
DROPPED = "dropped_by_"
_SET_IN_RULE = re.compile(rf"update @({DROPPED}\w+)")
LINK_LOCAL = "169.254.0.0/16"
# In order of evaluation. ACLs see incoming packets before connection tracking, and outgoing packets after source NAT.
_HOOKS = {
    "removed": "output priority filter - 1",
    "group_egress": "output priority filter",
    "acl_egress": "postrouting priority 300",
    "acl_ingress": "prerouting priority raw",
    "group_ingress": "input priority filter",
}
_DROPPED = "typeof ip daddr . meta l4proto . th dport; size 65535; flags dynamic; counter;"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An address in the network.

    Args:
        name: name for messages, for instance ``scheduler``.
        subnet: id of its subnet; empty outside of the subnets, where nothing filters.
        groups: ids of its security groups.
        has_groups: whether it has security groups at all: a NAT gateway has none.
    """

    name: str
    address: str
    subnet: str = ""
    groups: tuple[str, ...] = ()
    has_groups: bool = True


def ruleset(network: Ec2Network, endpoint: Endpoint, endpoints: Iterable[Endpoint]) -> str:
    """The nft script that replaces the filters of ``endpoint``.

    Args:
        network: the VPC.
        endpoint: the endpoint to protect.
        endpoints: all endpoints: the members of security groups that rules refer to.
    """
    chains = dict(_chains(network, endpoint))
    sets = [name for rules in chains.values() for name in _SET_IN_RULE.findall("\n".join(rules))]
    lines = [f"table {TABLE} {{}}", f"delete table {TABLE}", f"table {TABLE} {{"]
    lines += _member_sets(network, endpoint, list(endpoints))
    lines += [f"  set {name} {{ {_DROPPED} }}" for name in sorted(set(sets))]
    lines += [f"  set {REMOVED} {{ type ipv4_addr . inet_service; }}"]
    for name, rules in chains.items():
        lines += [f"  chain {name} {{", f"    type filter hook {_HOOKS[name]}; policy accept;"]
        lines += [*(f"    {rule}" for rule in rules), "  }"]
    return "\n".join([*lines, "}", ""])


def members_script(group: str, addresses: Iterable[str]) -> str:
    """The nft script that adds addresses to the members of a security group that a ruleset refers to."""
    return f"add element {TABLE} {_set_name(group)} {{ {', '.join(addresses)} }}\n"


def removed_script(targets: Iterable[tuple[str, int]]) -> str:
    """The nft script that drops packets to the given addresses and TCP ports, and to no others, whatever rules allow.

    It shows what needs a flow: it also applies to connections that are open.
    """
    elements = ", ".join(f"{address} . {port}" for address, port in sorted(set(targets)))
    added = f"add element {TABLE} {REMOVED} {{ {elements} }}\n" if elements else ""
    return f"flush set {TABLE} {REMOVED}\n{added}"


def referred_groups(network: Ec2Network, endpoint: Endpoint) -> set[str]:
    """The security groups that the rules of an endpoint refer to as peers."""
    return {rule.peer for rule in network.rules if rule.group in endpoint.groups and rule.peer.startswith("sg-")}


def _member_sets(network: Ec2Network, endpoint: Endpoint, endpoints: list[Endpoint]) -> Iterator[str]:
    for group in sorted(referred_groups(network, endpoint)):
        members = sorted(other.address for other in endpoints if group in other.groups)
        elements = f" elements = {{ {', '.join(members)} }};" if members else ""
        yield f"  set {_set_name(group)} {{ type ipv4_addr;{elements} }}"


def _chains(network: Ec2Network, endpoint: Endpoint) -> Iterator[tuple[str, list[str]]]:
    yield "removed", [f"ip daddr . tcp dport @{REMOVED} {_record(REMOVED, egress=True)} drop"]
    if not endpoint.subnet:
        return
    for egress in (True, False):
        if endpoint.has_groups:
            yield _name("group", egress=egress), _group_rules(network, endpoint, egress=egress)
        yield _name("acl", egress=egress), _acl_rules(network, endpoint, egress=egress)


def _name(kind: str, *, egress: bool) -> str:
    return f"{kind}_{'egress' if egress else 'ingress'}"


def _side(*, egress: bool) -> str:
    return "daddr" if egress else "saddr"


def _unfiltered(*, egress: bool) -> list[str]:
    """Loopback, link-local addresses, and what belongs to the link: neighbor discovery of IPv6, multicast groups."""
    interface = "oifname" if egress else "iifname"
    addresses = f"ip {_side(egress=egress)} {LINK_LOCAL} accept"
    return [f'{interface} "lo" accept', addresses, "icmpv6 type 133-137 accept", "meta l4proto igmp accept"]


def _record(name: str, *, egress: bool) -> str:
    """Count a packet in a set of dropped packets: address of the peer, protocol, port of the destination."""
    return f"update @{DROPPED}{name} {{ ip {_side(egress=egress)} . meta l4proto . th dport counter }}"


def _group_rules(network: Ec2Network, endpoint: Endpoint, *, egress: bool) -> list[str]:
    name, lines = _name("group", egress=egress), _unfiltered(egress=egress)
    lines.append('ct state established,related counter accept comment "reply, or established connection"')
    for rule in network.rules:
        if rule.group in endpoint.groups and rule.egress is egress:
            match = matching(_peer(network, rule.peer, egress=egress), rule.services)
            lines.append(f'{match} counter accept comment "{comment_text(network.title(rule.group))} {rule.id}"')
    # Two rules, because the first one applies to IPv4 only.
    return [*lines, _record(name, egress=egress), 'counter drop comment "no rule allows it"']


def _acl_rules(network: Ec2Network, endpoint: Endpoint, *, egress: bool) -> list[str]:
    subnet, name = network.subnets[endpoint.subnet], _name("acl", egress=egress)
    inside = f'ip {_side(egress=egress)} {subnet.cidr} accept comment "inside the subnet"'
    lines = [*_unfiltered(egress=egress), inside]
    for entry in _in_order(network, subnet.acl, egress=egress):
        match = matching(_peer(network, entry.cidr, egress=egress), entry.services)
        title = f'comment "{comment_text(network.title(entry.acl))} rule {entry.number}"'
        recorded = "" if entry.allow or ":" in entry.cidr else _record(f"{name}_{entry.number}", egress=egress)
        lines.append(f"{match} {recorded} counter {'accept' if entry.allow else 'drop'} {title}")
    return [*lines, _record(name, egress=egress), 'counter drop comment "no entry allows it"']


def _in_order(network: Ec2Network, acl: str, *, egress: bool) -> list[AclEntry]:
    own = (entry for entry in network.entries if entry.acl == acl and entry.egress is egress)
    return sorted(own, key=lambda entry: entry.number)


def _peer(network: Ec2Network, peer: str, *, egress: bool) -> str:
    side = _side(egress=egress)
    if peer.startswith("sg-"):
        return f"ip {side} @{_set_name(peer)}"
    if peer.startswith("pl-"):
        blocks = network.prefix_lists.get(peer, ())
        return f"ip {side} {{ {', '.join(blocks)} }}" if blocks else "meta mark 0xffffffff"  # matches no packet
    return f"{'ip6' if ':' in peer else 'ip'} {side} {peer}"


def _set_name(group: str) -> str:
    return f"members_{re.sub(r'[^0-9A-Za-z]', '_', group)}"


def route_commands(network: Ec2Network, endpoint: Endpoint, gateways: Mapping[str, str]) -> list[list[str]]:
    """The ``ip`` commands that give a namespace the routes of the endpoint's subnet, and no others.

    Args:
        network: the VPC.
        endpoint: the endpoint.
        gateways: the address on the VPC's network of each target of a route. A route without one leads
            nowhere.
    """
    commands = [["route", "flush", "root", "0.0.0.0/0", "scope", "global"]]
    subnet = network.subnets.get(endpoint.subnet)
    for route in subnet.routes if subnet else ():
        via = gateways.get(route.target)
        if via and via != endpoint.address:
            blocks = network.prefix_lists.get(route.destination, (route.destination,))
            commands += [["route", "replace", block, "via", via] for block in blocks]
    return commands
