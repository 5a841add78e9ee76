"""Removes each declared flow of the running environment and records what fails: ``make flows``.

Not a part of ``make test``, because it takes a quarter of an hour. It writes docs/flows.yaml after each turn and skips
the flows that have a result there, so that a run that was interrupted goes on where it stopped. To repeat a flow,
remove its result from docs/flows.yaml.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from terraform_gate.network.reading.flows import DeclaredFlow, declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.reading.inputs import read

from local.airflow_client import AirflowError
from local.containers.engine import EngineError
from local.ecs.fake_vpc import RemovedFlow
from local.flows import __main__ as command
from local.flows.record import Trial, keep, kept
from local.flows.removal import StillFailing, failures
from tests.live import flow_checks
from tests.live.conftest import STEADY_SECONDS, Live
from tests.live.flow_checks import Bench, Check, single

TOPOLOGY = "celery, one NAT gateway"
RESTORED_SECONDS = 90
SERVED_LOG = "the log of a running Airflow task is not shown"
# In this order: (source, destination, port), with * for any source; sources of one line are removed at once.
CHECKS: Sequence[tuple[tuple[str, str, int], Check]] = (
    (("*", "internet", 443), single(flow_checks.new_task)),
    (("*", "s3", 443), single(flow_checks.new_task)),
    (("*", "internet", 22), flow_checks.new_commit),
    (("api-server", "worker-default", 8793), flow_checks.log_of("on_default", "sleep 3600", SERVED_LOG)),
    (("api-server", "worker-heavy", 8793), flow_checks.log_of("on_heavy", "sleep 3600", SERVED_LOG)),
    (
        ("api-server", "triggerer", 8794),
        flow_checks.log_of("waits", "trigger starting", "the log of a trigger is not shown"),
    ),
    (("clients", "load-balancer", 443), single(flow_checks.login_page)),
    (("load-balancer", "api-server", 8080), single(flow_checks.login_page)),
    (("dag-processor", "metadata-database", 5432), single(flow_checks.health)),
    (("triggerer", "metadata-database", 5432), single(flow_checks.health)),
    (("api-server", "metadata-database", 5432), single(flow_checks.request)),
    (("worker-heavy", "broker", 6379), flow_checks.run_of("on_heavy")),
    (("worker-default", "broker", 6379), flow_checks.run_of("on_default")),
    (("scheduler", "broker", 6379), flow_checks.run_of("on_heavy")),
    (("worker-heavy", "api-server", 8080), flow_checks.run_of("on_heavy")),
    (("worker-default", "api-server", 8080), flow_checks.run_of("on_default")),
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
        inside = tuple(address for address, member in vpc.members.items() if member.place.name == end)
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


def test_something_fails_without_each_declared_flow(live: Live) -> None:
    declared = flows(live)
    known = {item: item for item in kept()}
    done = {flow for flow in declared if TOPOLOGY in known.get(trial(flow), trial(flow)).failed}
    bench, problems = flow_checks.make_bench(live), []
    for turn in turns([flow for flow in declared if flow not in done]):
        names = ", ".join(trial(flow).name for flow in turn.flows)
        started = time.monotonic()
        try:
            results = turn.without(bench)
        except (StillFailing, AirflowError, EngineError) as error:
            problems.append(f"{names}: {error}")
            print(f"no result: {problems[-1][:1000]}", flush=True)
            continue
        for flow in turn.flows:
            row = known.pop(trial(flow), trial(flow)).with_result(TOPOLOGY, results[flow.source.name])
            known[row] = row
        keep(known.values())
        print(f"{time.monotonic() - started:4.0f} s  {names}: {sorted(set(results.values()))}", flush=True)
        live.ecs.runner.wait_steady(seconds=STEADY_SECONDS)
    assert not problems, "\n".join(problems)
    assert command.main([]) == 0
