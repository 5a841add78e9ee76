"""Removes each declared flow of the running environment and writes what fails to docs/flows.md: ``make flows``.

Not a part of ``make test``, because each removal waits until something fails. Flows that no component misses at once
are in ``REASONS``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from terraform_gate.network.reading.flows import DeclaredFlow, declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.reading.inputs import read

from local.airflow_client import AirflowError
from local.containers.engine import EngineError
from local.ecs.fake_vpc import RemovedFlow
from local.repository import ROOT
from tests.live.conftest import STEADY_SECONDS, Live

TABLE = ROOT / "docs" / "flows.md"
FAILS_SECONDS = 90
HEAD = """# What each flow is for

`make flows` removes each declared flow of the live tests' environment (Celery, one NAT gateway) in turn, and waits
for something to fail.

| from | to | port | declared for | without it |
|---|---|---|---|---|
"""
REASONS = {
    ("load-balancer", 80): "nothing in this test: people who type the address without https get no redirect",
}


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A declared flow, the names of its sources, and the addresses of its destination."""

    flow: DeclaredFlow
    sources: tuple[str, ...]
    addresses: tuple[str, ...]


def flows(live: Live) -> Iterable[Removal]:
    """The declared flows of the running environment."""
    inputs = read([live.applied.stacks / name for name in ("live-foundation", "live-airflow")])
    (configuration,) = (item for item in inputs.configurations() if network_of(item).groups)
    vpc = live.ecs.vpc
    outside = {"internet": (live.git_address, *(vpc.lookup("api.aws.example") or ())), "s3": (live.ecs.gateways.s3,)}
    for flow in declared_flows(configuration):
        inside = tuple(a for a, member in vpc.members.items() if member.place.name == flow.destination.name)
        source = "person" if flow.source.cidrs else flow.source.name
        addresses = outside.get(flow.destination.name, inside)
        yield Removal(flow=flow, sources=(source,), addresses=addresses)


def observed(live: Live, removal: Removal) -> str:
    """What fails without the flow; empty where nothing does."""
    flow = removal.flow
    source, key = flow.source.name, (flow.destination.name, flow.port)
    if source == "migrate":
        return _migration(live)
    checks: dict[tuple[str, int], Callable[[Live, str], str]] = {
        ("metadata-database", 5432): _new_task,
        ("internet", 443): _new_task,
        ("internet", 22): _new_task,
        ("s3", 443): _new_task,
        ("broker", 6379): _run,
        ("api-server", 8080): _request if source == "load-balancer" else _run,
        ("worker-default", 8793): _running_log,
        ("load-balancer", 443): _request,
    }
    check = checks.get(key)
    return check(live, source) if check else ""


def _new_task(live: Live, source: str) -> str:
    """Replace one task of the service."""
    runner = live.ecs.runner
    old = runner.running(source)[0]
    old.stop(reason="test: a flow is removed")
    deadline = time.monotonic() + FAILS_SECONDS
    while time.monotonic() < deadline:
        new = [task for task in runner.tasks[source] if task.healthy]
        if len(new) >= len(runner.running(source)) and new and old not in new:
            return ""
        ended = [task.reason for task in runner.ended[-5:] if source in task.id and task is not old]
        if ended and not ended[-1].startswith("test:"):
            return f"a new task does not start ({ended[-1].split(':')[0]})"
        time.sleep(1)
    return "a new task does not become healthy"


def _run(live: Live, source: str) -> str:
    queue = "on_heavy" if source == "worker-heavy" else "on_default"
    run = live.airflow.trigger("kinds")
    deadline = time.monotonic() + FAILS_SECONDS
    while time.monotonic() < deadline:
        states = {task["state"] for task in live.airflow.tasks("kinds", run) if task["task_id"] == queue}
        if states == {"success"}:
            return ""
        if "failed" in states:
            break
        time.sleep(1)
    return "Airflow tasks do not succeed"


def _running_log(live: Live, _: str) -> str:
    run = live.airflow.trigger("slow", seconds=40)
    live.airflow.wait_for_state("slow", run, "running", count=1, seconds=FAILS_SECONDS)
    try:
        is_shown = "sleep 40" in live.airflow.log("slow", run, "sleep", index=0)
    except (AirflowError, OSError):
        is_shown = False
    return "" if is_shown else "no log of a running Airflow task"


def _request(live: Live, _: str) -> str:
    try:
        live.airflow.call("GET", "version", within=15)
    except AirflowError:
        return "the load balancer answers no request"
    return ""


def _migration(live: Live) -> str:
    try:
        code, _ = live.ecs.run_task("migrate")
    except EngineError:
        return "the migration does not end"
    return "the migration fails" if code else ""


def test_something_fails_without_each_declared_flow(live: Live) -> None:
    rows, unmissed = [], []
    for removal in flows(live):
        flow = removal.flow
        live.ecs.vpc.set_removed(
            [RemovedFlow(source=source, to=removal.addresses, port=flow.port) for source in removal.sources]
        )
        try:
            result = observed(live, removal) or REASONS.get((flow.destination.name, flow.port), "")
        finally:
            live.ecs.vpc.set_removed([])
            live.ecs.runner.wait_steady(seconds=STEADY_SECONDS)
        ends = f"{flow.source.name} | {flow.destination.name}"
        rows.append(f"| {ends} | {flow.protocol}/{flow.port} | {flow.why} | {result or 'nothing observed'} |")
        unmissed += [] if result else [ends]
    TABLE.write_text(HEAD + "\n".join(rows) + "\n")
    assert not unmissed, "nothing fails without: " + "; ".join(unmissed)
