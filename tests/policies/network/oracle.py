"""An oracle for the network model: it tries every address and port, packet by packet.

The oracle shares no code with the model: it uses the standard library, so that an error of the interval arithmetic
cannot hide in both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from itertools import product

from terraform_gate.network.model import Kind
from terraform_gate.network.reach import Reach

from tests.policies.network.network_cases import OUTSIDE, PORT, PROBES, SUBNETS, Case, Line, Permission, table_of


@dataclass(frozen=True)
class Oracle:
    """Evaluates packets one by one."""

    case: Case

    def answer(self) -> Reach:
        """Try every pair of subnets, addresses and ephemeral ports."""
        results = [
            self._pair(here, there)
            for here in self.case.source_subnets or ("",)
            for there in self.case.destination_subnets
        ]
        if all(results_of_pair and all(results_of_pair) for results_of_pair in results):
            return Reach.OPEN
        return Reach.PARTLY if any(any(result) for result in results) else Reach.CLOSED

    def _pair(self, here: str, there: str) -> list[bool]:
        client_ports = (32768, 60999) if here and self.case.kind is Kind.LINUX_TASK else (1024, 65535)
        ports = [port for port in PROBES if client_ports[0] <= port <= client_ports[1]]
        clients, servers = hosts(SUBNETS.get(here, OUTSIDE)), hosts(SUBNETS[there])
        return [self._packet(here, there, *packet) for packet in product(clients, servers, ports)]

    def _packet(self, here: str, there: str, client: IPv4Address, server: IPv4Address, port: int) -> bool:
        case = self.case
        if here and not allows(case.source_rules, True, server, "destination"):
            return False
        if not allows(case.destination_rules, False, client, "source" if here else ""):
            return False
        if here == there:
            return True
        if not here and not self._is_public(there):
            return False
        if here and not (
            first_match(case.acls[here], True, server, PORT) and first_match(case.acls[here], False, server, port)
        ):
            return False
        return first_match(case.acls[there], False, client, PORT) and first_match(case.acls[there], True, client, port)

    def _is_public(self, subnet: str) -> bool:
        return self.case.public and (self.case.gateway == "internet" or table_of(self.case, subnet) == "public")


def hosts(cidr: str) -> list[IPv4Address]:
    return list(IPv4Network(cidr))


def allows(rules: Iterable[Permission], egress: bool, other: IPv4Address, group: str) -> bool:
    for rule in rules:
        if rule.egress == egress and rule.ports[0] <= PORT <= rule.ports[1]:
            named = rule.peer.removeprefix("group:")
            if named == group or (named == rule.peer and other in IPv4Network(rule.peer)):
                return True
    return False


def first_match(entries: Iterable[Line], egress: bool, other: IPv4Address, port: int) -> bool:
    for line in sorted(entries, key=lambda line: line.number):
        if line.egress == egress and other in IPv4Network(line.block) and line.ports[0] <= port <= line.ports[1]:
            return line.allow
    return False


def nat_answer(case: Case) -> Reach:
    """What trying every packet says of the way out through the NAT gateway in subnet c."""
    results = [
        first_match(case.acls[here], True, server, PORT)
        and first_match(case.acls[here], False, server, port)
        and first_match(case.acls["c"], False, client, PORT)
        and first_match(case.acls["c"], True, client, port)
        and first_match(case.acls["c"], True, server, PORT)
        and allows(case.source_rules, True, server, "")
        for here in case.source_subnets
        for client in hosts(SUBNETS[here])
        for server in hosts(OUTSIDE)
        for port in PROBES
        if 32768 <= port <= 60999
    ]
    if all(results):
        return Reach.OPEN
    return Reach.PARTLY if any(results) else Reach.CLOSED
