"""What DAGs need beyond Airflow itself: destinations of worker groups and components."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network

from environments.derived.dag_access import dag_access
from environments.errors import Problem
from environments.model import Environment
from environments.rules.network import PRIVATE, SHARED
from environments.rules.registry import rule
from environments.sections.dag_access import Egress

INTERNET = IPv4Network("0.0.0.0/0")
HTTPS_PORT = 443
STORE_PORTS = {5432: "metadata database", 6379: "broker"}


@rule("topology", "components", "workers", "ecs_executor", "network")
def egress_is_complete(environment: Environment) -> Iterator[Problem]:
    """An entry has one destination, ports in order, and is listed once."""
    for path, egress, earlier in _egress(environment):
        if (egress.cidr is None) == (egress.security_group is None):
            got = "neither" if egress.cidr is None else "both"
            yield Problem(path, f"needs either cidr or security_group, got {got}. Fix: give one of them")
        if egress.ports[0] > egress.ports[1]:
            yield Problem(f"{path}.last_port", f"must not be below port {egress.port}, got {egress.last_port}")
        for index, other in enumerate(earlier):
            if _contains(other, egress):
                yield Problem(path, f"egress[{index}] of the same list already allows it. Fix: remove one of the two")


@rule("topology", "components", "workers", "ecs_executor", "network")
def egress_is_outside_of_the_environment(environment: Environment) -> Iterator[Problem]:
    """The project declares its own flows: an entry names no address of the VPC that the project creates."""
    for path, egress, _ in _egress(environment):
        if egress.cidr is None:
            continue
        block = IPv4Network(egress.cidr)
        if block == INTERNET:
            yield from _internet(path, egress)
        elif environment.network.existing is None and _in_vpc(egress.cidr, environment.network.cidr):
            yield Problem(
                f"{path}.cidr",
                f"{block} overlaps the VPC {environment.network.cidr} with its data tier: only the flows of Airflow "
                "may reach it. Fix: name security_group, or addresses outside of the VPC",
            )


def _internet(path: str, egress: Egress) -> Iterator[Problem]:
    low, high = egress.ports
    stores = [what for port, what in STORE_PORTS.items() if low <= port <= high]
    if stores:
        yield Problem(
            f"{path}.cidr",
            f"0.0.0.0/0 contains the data tier, and port {low} is that of the {stores[0]}. Fix: name the addresses",
        )
    elif low < high:
        yield Problem(
            f"{path}.last_port", "a range of ports to 0.0.0.0/0 is too wide. Fix: write one entry for each port"
        )


@rule("topology", "components", "workers", "ecs_executor", "network")
def egress_has_a_route(environment: Environment) -> Iterator[Problem]:
    """A new VPC reaches public addresses only, through NAT; HTTPS to them is open for every component."""
    network = environment.network
    for path, egress, _ in _egress(environment):
        public = egress.cidr is not None and _is_public(egress.cidr)
        if egress.cidr and not public and network.existing is None and not _in_vpc(egress.cidr, network.cidr):
            yield Problem(
                f"{path}.cidr",
                f"{egress.cidr} is private, and the VPC that this project creates has no route to it. Fix: use "
                "network.existing with a VPC whose route tables have one",
            )
        if public and network.egress == "none" and network.existing is None:
            yield Problem(
                f"{path}.cidr",
                f"{egress.cidr} is public, and network.egress none has no route to it. Fix: use single_nat or "
                "nat_per_zone, or remove the entry",
            )
        if public and network.egress != "none" and egress.ports[0] <= HTTPS_PORT <= egress.ports[1]:
            yield Problem(
                f"{path}.port",
                f"port {HTTPS_PORT} of public addresses is open for every component. Fix: remove the entry",
            )


def _is_public(cidr: str) -> bool:
    return not any(IPv4Network(cidr).subnet_of(block) for block in (*PRIVATE, SHARED))


def _in_vpc(cidr: str, vpc: str) -> bool:
    return IPv4Network(cidr).overlaps(IPv4Network(vpc))


def _egress(environment: Environment) -> Iterator[tuple[str, Egress, Sequence[Egress]]]:
    for path, _, access in dag_access(environment):
        for index, egress in enumerate(access.egress):
            yield f"{path}.egress[{index}]", egress, access.egress[:index]


def _contains(wide: Egress, narrow: Egress) -> bool:
    ports = wide.ports[0] <= narrow.ports[0] and narrow.ports[1] <= wide.ports[1]
    if wide.cidr and narrow.cidr:
        return ports and IPv4Network(narrow.cidr).subnet_of(IPv4Network(wide.cidr))
    return ports and wide.security_group is not None and wide.security_group == narrow.security_group
