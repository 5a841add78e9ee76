"""Every connection between two endpoints of the running environment, tried from the source's network namespace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from terraform_gate.network.model import Kind, Network
from terraform_gate.network.possible_flows import possible_flows
from terraform_gate.network.reach import Reach, decide
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import TCP, protocol_of, service
from terraform_gate.reading.inputs import read
from terraform_harness.packet_filters.denials import Denial
from terraform_harness.packet_filters.namespace import NetworkNamespace
from terraform_harness.packet_filters.probe import Outcome, probe

from local.ecs.fake_cluster import FakeCluster
from local.ecs.fake_vpc import namespace_of
from tests.live.conftest import Live

# Ports in addition to those that flows declare: SSH, HTTP, StatsD, the scheduler's health server.
OTHER_PORTS = (22, 80, 8125, 8974)
# An open connection may answer late on a busy machine; a dropped packet never answers.
PROBE_SECONDS, SECOND_PROBE_SECONDS = 1.0, 10.0


@dataclass(frozen=True, kw_only=True)
class End:
    """An endpoint of the environment: one of its addresses, and the namespace to connect from."""

    name: str
    address: str
    namespace: NetworkNamespace


class Connection(NamedTuple):
    """A TCP connection that can be tried."""

    source: str
    destination: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Result:
    """One connection, three answers.

    Args:
        reach: that of the policy gate's network model.
        outcome: that of the attempt.
        dropped_by: the line of the filters that dropped the attempt; empty where none did.
    """

    source: str
    destination: str
    port: int
    reach: Reach
    outcome: Outcome
    dropped_by: str

    @property
    def expected_open(self) -> bool:
        """Whether the model calls the connection open."""
        return self.reach is Reach.OPEN

    @property
    def agrees(self) -> bool:
        """Whether the answers are the same. Without a way to the destination, no filter drops anything."""
        is_open, timed_out = self.outcome is Outcome.OPEN, self.outcome is Outcome.TIMED_OUT
        return (
            self.reach in {Reach.OPEN, Reach.CLOSED}
            and self.expected_open == is_open
            and timed_out == bool(self.dropped_by)
        )

    def __str__(self) -> str:
        flow = f"{self.source} -> {self.destination} tcp/{self.port}"
        filters = self.dropped_by or "nothing was dropped"
        return f"{flow}: model {self.reach}, connection {self.outcome}, filters: {filters}"


def modelled(stacks: Path) -> Network:
    """The policy gate's network model of the stacks in a folder."""
    inputs = read([stacks / name for name in ("live-foundation", "live-airflow")])
    assert not inputs.problems
    (configuration,) = (item for item in inputs.configurations() if network_of(item).groups)
    return network_of(configuration)


@contextmanager
def ends(live: Live, network: Network) -> Iterator[dict[str, End]]:
    """The running end of each endpoint of the model. One-off tasks get an interface for the time of the test."""
    ecs = live.ecs
    found = {
        member.endpoint.name: End(name=member.endpoint.name, address=address, namespace=member.namespace)
        for address, member in sorted(ecs.vpc.members.items())
    }
    found["internet"] = End(name="internet", address=live.git_address, namespace=namespace_of(live.git))
    found["s3"] = End(name="s3", address=ecs.gateways.s3, namespace=found["s3"].namespace)
    held = {name: _hold(ecs, name) for name in network.endpoints if name not in found}
    try:
        yield {name: end for name, end in (found | held).items() if name in network.endpoints}
    finally:
        for end in held.values():
            ecs.vpc.release(end.address)
        ecs.vpc.forget_denials()


def _hold(ecs: FakeCluster, name: str) -> End:
    """An interface like that of the one-off task ``name``."""
    catalog = ecs.runner.catalog
    endpoint = ecs.vpc.new_endpoint(
        name, subnets=catalog.services()[0].subnets, groups=[catalog.group(f"{ecs.name}-{name}")]
    )
    return End(name=name, address=endpoint.address, namespace=namespace_of(ecs.vpc.hold(endpoint)))


def connections(network: Network, names: Iterable[str]) -> list[Connection]:
    """Every source, destination and port of the matrix; AWS services open no connections themselves."""
    spans = (span for flow in possible_flows(network) for span in flow.services.spans)
    ports = {first % 65536 for first, _ in spans if protocol_of(first) == TCP}
    endpoints = [network.endpoints[name] for name in names]
    return [
        Connection(source.name, destination.name, port)
        for source in endpoints
        for destination in endpoints
        if source is not destination
        and source.kind is not Kind.AWS_SERVICE
        and not (source.is_outside and destination.is_outside)
        for port in sorted({*ports, *OTHER_PORTS})
    ]


def decisions(network: Network, wanted: Iterable[Connection]) -> dict[Connection, Reach]:
    """The answers of the gate's network model."""
    at = network.endpoints
    return {
        item: decide(network, at[item.source], at[item.destination], service=service("tcp", item.port)).reach
        for item in wanted
    }


def attempts(found: Mapping[str, End], wanted: Iterable[Connection], *, seconds: float) -> dict[Connection, Outcome]:
    """Try the connections: all sources at once, and all connections of a source at once."""
    by_source = [(name, list(items)) for name, items in groupby(sorted(wanted), key=lambda item: item.source)]

    def attempt(name: str, items: list[Connection]) -> dict[Connection, Outcome]:
        targets = {item: (found[item.destination].address, item.port) for item in items}
        outcomes = probe(found[name].namespace, targets.values(), seconds=seconds)
        return {item: outcomes[target] for item, target in targets.items()}

    with ThreadPoolExecutor(max_workers=len(by_source) or 1) as pool:
        results = pool.map(lambda pair: attempt(*pair), by_source)
        return {item: outcome for result in results for item, outcome in result.items()}


def tried(live: Live) -> list[Result]:
    """Try every connection of the matrix; those that are expected to open get a second chance with more time."""
    network = modelled(live.applied.stacks)
    with ends(live, network) as found:
        live.ecs.vpc.forget_denials()
        expected = decisions(network, connections(network, sorted(found)))
        outcomes = attempts(found, expected, seconds=PROBE_SECONDS)
        late = [item for item, reach in expected.items() if reach is Reach.OPEN and outcomes[item] is Outcome.TIMED_OUT]
        outcomes |= attempts(found, late, seconds=SECOND_PROBE_SECONDS)
        dropped = dropped_by(live.ecs.vpc.denials(), found)
    return [
        Result(**item._asdict(), reach=reach, outcome=outcomes[item], dropped_by=dropped.get(item, ""))
        for item, reach in expected.items()
    ]


def dropped_by(denials: Iterable[Mapping[Denial, int]], found: Mapping[str, End]) -> dict[Connection, str]:
    """The connections that the filters have dropped, with the line that dropped them."""
    names = {end.address: name for name, end in found.items()}
    result: dict[Connection, str] = {}
    for denial in (denial for counters in denials for denial in counters):
        peer, (protocol, port) = names.get(denial.peer), denial.service.split("/")
        if peer and protocol == "tcp":
            source, destination = (denial.endpoint, peer) if denial.egress else (peer, denial.endpoint)
            result[Connection(source, destination, int(port))] = denial.by
    return result
