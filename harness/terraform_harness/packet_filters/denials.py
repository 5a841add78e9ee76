"""Reads the counters of the filters: packets that passed, and what was dropped by which group or ACL."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from terraform_harness.packet_filters.ec2_network import Ec2Network
from terraform_harness.packet_filters.namespace import NetworkNamespace
from terraform_harness.packet_filters.ruleset import DROPPED, REMOVED, TABLE, Endpoint

_SET = re.compile(rf"{DROPPED}(?P<chain>group|acl)_(?P<direction>egress|ingress)(_(?P<number>\d+))?")
_PROTOCOLS = {6: "tcp", 17: "udp", 1: "icmp"}


@dataclass(frozen=True, kw_only=True)
class Denial:
    """Packets that one line dropped.

    Args:
        endpoint: the endpoint whose filters dropped them.
        egress: whether they were leaving it.
        peer: the address on the other side.
        service: protocol and port of the packets' destination, for instance ``tcp/5432``.
        by: the security groups or the network ACL, and the line.
    """

    endpoint: str
    egress: bool
    peer: str
    service: str
    by: str

    def text(self, names: Mapping[str, str]) -> str:
        """One line; ``names`` are the names of endpoints by address."""
        peer = names.get(self.peer, self.peer)
        ends = f"{self.endpoint} -> {peer}" if self.egress else f"{peer} -> {self.endpoint}"
        return f"{ends} {self.service}: {self.by}"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The counters of one endpoint: filtered packets, and dropped packets by denial."""

    packets: int
    denials: Mapping[Denial, int]


def read_counts(network: Ec2Network, endpoint: Endpoint, namespace: NetworkNamespace) -> Counts:
    """Read the counters of an endpoint.

    Raises:
        NamespaceError: the namespace has gone, or has no filters.
    """
    listed = json.loads(namespace.run("nft", "--json", "list", "table", *TABLE.split()))["nftables"]
    denials: Counter[Denial] = Counter()
    for item in listed:
        if "set" in item:
            denials.update(dict(_denials(network, endpoint, item["set"])))
    packets = sum(_packets(item["rule"]) for item in listed if "rule" in item)
    return Counts(packets=packets, denials=denials)


def top(counts: Iterable[Mapping[Denial, int]], names: Mapping[str, str], *, limit: int = 10) -> list[str]:
    """The denials with the most packets, one line each; addresses outside of ``names`` stay addresses."""
    total: Counter[str] = Counter()
    for denials in counts:
        for denial, packets in denials.items():
            total[denial.text(names)] += packets
    return [f"{packets:6d} packets  {text}" for text, packets in total.most_common(limit)]


def _packets(rule: Mapping[str, Any]) -> int:
    return sum(statement["counter"]["packets"] for statement in rule["expr"] if "counter" in statement)


def _denials(network: Ec2Network, endpoint: Endpoint, found: Mapping[str, Any]) -> Iterator[tuple[Denial, int]]:
    name = _SET.fullmatch(found["name"])
    if not name and found["name"] != f"{DROPPED}{REMOVED}":
        return
    egress = not name or name["direction"] == "egress"
    for item in found.get("elem", ()):
        address, protocol, port = item["elem"]["val"]["concat"]
        yield (
            Denial(
                endpoint=endpoint.name,
                egress=egress,
                peer=str(address),
                service=f"{_PROTOCOLS.get(protocol, protocol)}/{port}",
                by=_line(network, endpoint, name),
            ),
            item["elem"]["counter"]["packets"],
        )


def _line(network: Ec2Network, endpoint: Endpoint, name: re.Match[str] | None) -> str:
    if name is None:
        return "the flow was removed"
    if name["chain"] == "group":
        groups = ", ".join(f"{network.title(id_)} ({id_})" for id_ in endpoint.groups)
        return f"no {name['direction']} rule of security group {groups} allows it"
    acl = network.subnets[endpoint.subnet].acl
    title = f"network ACL {network.title(acl)} ({acl})"
    number = name["number"]
    denied = (
        f"{name['direction']} entry {number} of {title}" if number else f"the last {name['direction']} entry of {title}"
    )
    return f"{denied} denies it"
