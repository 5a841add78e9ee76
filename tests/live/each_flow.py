"""Removes each declared flow of the running environment and records what fails: ``make flows``.

Not a part of ``make test``, because it takes 40 minutes for all topologies. It writes docs/flows.yaml after each turn
and skips the flows that have a result there, so that a run that was interrupted goes on where it stopped. To repeat a
flow, remove its result from docs/flows.yaml. ``make flows ARGS='-k single'`` runs the topologies with that name.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from terraform_gate.network.reading.flows import DeclaredFlow, declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.reading.inputs import read

from environments.facts.topology import Topology
from local.airflow_client import AirflowError
from local.containers.engine import EngineError
from local.ecs.filtered_members import RemovedFlow
from local.flows import __main__ as command
from local.flows.record import Trial, keep, kept
from local.flows.removal import StillFailing, failures
from tests.live import flow_checks
from tests.live.conftest import STEADY_SECONDS, Live
from tests.live.flow_checks import Bench, Check, single
from tests.live.test_topologies import BAKED, LOCAL, ONE_CONTAINER, change_to

# Name in the record -> topology, egress mode, changes to the tier's environment. `sequential` declares the flows of
# `single`, and `ecs` those of `celery` but for workers and broker: the tier's environment has both Celery
# and the ECS executor. The order changes the foundation twice only.
RUNS: Mapping[str, tuple[Topology, str, dict[str, Any]]] = {
    "celery, one NAT gateway": ("celery", "single_nat", {}),
    "local_executor, one NAT gateway per zone": ("local_executor", "nat_per_zone", LOCAL),
    "single, one NAT gateway per zone": ("single", "nat_per_zone", ONE_CONTAINER),
    "single, no NAT gateway": ("single", "none", ONE_CONTAINER | BAKED),
    "celery, no NAT gateway": ("celery", "none", BAKED),
}
RESTORED_SECONDS = 90
SERVED_LOG = "the log of a running Airflow task is not shown"
# In this order: (source, destination, port), with * for any source; sources of one line are removed at once.
CHECKS: Sequence[tuple[tuple[str, str, int], Check]] = (
    (("*", "internet", 443), single(flow_checks.new_task)),
    (("*", "aws-apis", 443), single(flow_checks.new_task)),
    (("*", "s3", 443), single(flow_checks.new_task)),
    (("airflow-task", "internet", 22), single(flow_checks.run_on_fargate)),
    (("airflow-task", "api-server", 8080), single(flow_checks.run_on_fargate)),
    (("*", "internet", 22), flow_checks.new_commit),
    (("api-server", "worker-default", 8793), flow_checks.log_of("on_default", "sleep 3600", SERVED_LOG)),
    (("api-server", "worker-heavy", 8793), flow_checks.log_of("on_heavy", "sleep 3600", SERVED_LOG)),
    (("api-server", "scheduler", 8793), flow_checks.log_of("on_default", "sleep 3600", SERVED_LOG)),
    (
        ("api-server", "triggerer", 8794),
        flow_checks.log_of("waits", "trigger starting", "the log of a trigger is not shown"),
    ),
    (("clients", "load-balancer", 443), single(flow_checks.login_page)),
    (("load-balancer", "api-server", 8080), single(flow_checks.login_page)),
    (("load-balancer", "standalone", 8080), single(flow_checks.login_page)),
    (("dag-processor", "metadata-database", 5432), single(flow_checks.health)),
    (("triggerer", "metadata-database", 5432), single(flow_checks.health)),
    (("api-server", "metadata-database", 5432), single(flow_checks.request)),
    (("standalone", "metadata-database", 5432), single(flow_checks.request)),
    (("worker-heavy", "broker", 6379), flow_checks.run_of("on_heavy")),
    (("worker-default", "broker", 6379), flow_checks.run_of("on_default")),
    (("scheduler", "broker", 6379), flow_checks.run_of("on_heavy")),
    (("worker-heavy", "api-server", 8080), flow_checks.run_of("on_heavy")),
    (("worker-default", "api-server", 8080), flow_checks.run_of("on_default")),
    (("scheduler", "api-server", 8080), flow_checks.run_of("on_heavy")),
    (("worker-heavy", "metadata-database", 5432), flow_checks.result_of("on_heavy")),
    (("worker-default", "metadata-database", 5432), flow_checks.result_of("on_default")),
    (("scheduler", "metadata-database", 5432), flow_checks.run_of("on_heavy")),
    (("migrate", "metadata-database", 5432), single(flow_checks.migration)),
)


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Flows to one port of one destination that are removed at once, and the check of their sources."""

    flows: Sequence[DeclaredFlow]
    check: Check | None

    def without(self, bench: Bench) -> dict[str, str]:
        """What fails for each source without its flow, and does not with it."""
        if not self.check:
            return {flow.source.name: "" for flow in self.flows}
        check, sources = partial(self.check, bench), [flow.source.name for flow in self.flows]
        return failures(check, sources, removed=self._removal(bench.live), seconds=RESTORED_SECONDS)

    @contextmanager
    def _removal(self, live: Live) -> Iterator[None]:
        live.ecs.vpc.set_removed(self._removed(live))
        try:
            yield
        finally:
            live.ecs.vpc.set_removed([])

    def _removed(self, live: Live) -> list[RemovedFlow]:
        vpc, end = live.ecs.vpc, self.flows[0].destination.name
        outside = {
            "internet": (live.git_address, *(vpc.lookup("api.aws.example") or ())),
            "s3": (live.ecs.gateways.s3,),
        }
        inside = tuple(address for address, member in vpc.members.items() if member.endpoint.name == end)
        addresses = outside.get(end, inside)
        sources = {flow: "person" if flow.source.cidrs else flow.source.name for flow in self.flows}
        return [RemovedFlow(source=source, to=addresses, port=flow.port) for flow, source in sources.items()]


def flows(live: Live) -> list[DeclaredFlow]:
    """The declared flows of the running environment."""
    inputs = read([live.applied.stacks / name for name in ("live-foundation", "live-airflow")])
    (configuration,) = (item for item in inputs.configurations() if network_of(item).groups)
    return list(declared_flows(configuration))


def turns(declared: Sequence[DeclaredFlow]) -> Iterator[Turn]:
    """The flows in the order of their checks; those without a check are the last."""
    remaining = list(declared)
    for (source, destination, port), check in CHECKS:
        found = [
            flow
            for flow in remaining
            if (flow.destination.name, flow.port) == (destination, port) and source in {"*", flow.source.name}
        ]
        remaining = [flow for flow in remaining if flow not in found]
        if found:
            yield Turn(flows=found, check=check)
    yield from (Turn(flows=[flow], check=None) for flow in remaining)


def trial(flow: DeclaredFlow) -> Trial:
    """The flow as a row of the record, without a result."""
    return Trial(
        source=flow.source.name,
        destination=flow.destination.name,
        service=f"{flow.protocol}/{flow.port}",
        why=flow.why,
    )


@pytest.mark.parametrize("run", RUNS)
def test_something_fails_without_each_declared_flow(live: Live, run: str) -> None:
    topology, egress, changes = RUNS[run]
    change_to(live, topology, egress, changes)
    assert (live.applied.topology, live.applied.network["egress"]) == (topology, egress)
    known = {item: item for item in kept()}
    declared = [flow for flow in flows(live) if run not in known.get(trial(flow), trial(flow)).failed]
    if not declared:
        return
    with flow_checks.running_bench(live) as bench:
        problems = [text for turn in turns(declared) if (text := _record(turn, bench, run))]
    assert not problems, "\n".join(problems)
    assert command.main([]) == 0


def _record(turn: Turn, bench: Bench, run: str) -> str:
    """Write what failed without the flows of a turn; return the problem where the turn gives no result."""
    names = ", ".join(trial(flow).name for flow in turn.flows)
    started = time.monotonic()
    try:
        results = turn.without(bench)
    except (StillFailing, AirflowError, EngineError) as error:
        problem = f"{names}: {error}"
        print(f"no result: {problem[:1000]}", flush=True)
        return problem
    known = {item: item for item in kept()}
    for flow in turn.flows:
        row = known.pop(trial(flow), trial(flow)).with_result(run, results[flow.source.name])
        known[row] = row
    keep(known.values())
    print(f"{time.monotonic() - started:4.0f} s  {names}: {sorted(set(results.values()))}", flush=True)
    bench.live.ecs.runner.wait_steady(seconds=STEADY_SECONDS)
    return ""
