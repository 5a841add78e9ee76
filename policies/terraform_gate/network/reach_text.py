"""Formats the answers of the network model as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.network.analysis.flow_comparison import BlockedFlow, UndeclaredFlow, extra_flows, missing_flows
from terraform_gate.network.connection_trace import Trace
from terraform_gate.network.model import Network
from terraform_gate.network.possible_flows import possible_flows
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reach import Attempt, Decision, Reach
from terraform_gate.network.reading.flows import declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe

_STACK = re.compile(r"[\w.-]+//")


def shorter(text: str) -> str:
    """Remove the stack names from the addresses in a text."""
    return _STACK.sub("", text)


def matrix(configuration: Configuration) -> tuple[str, int]:
    """Format all possible connections with missing and undeclared flows, and return the text and the exit code."""
    network, flows = network_of(configuration), declared_flows(configuration)
    rows = list(_rows(network))
    missing = list(missing_flows(network, flows))
    extra = list(extra_flows(network, flows)) if flows else []
    lines = [*_columns(rows), "", *(_missing(item) for item in missing), *(_extra(item) for item in extra)]
    unknown = [row for row in rows if row[3] == Reach.UNKNOWN]
    is_unknown = unknown or any(item.decision and item.decision.reach is Reach.UNKNOWN for item in missing)
    agree = "declared = possible" if flows and not missing and not extra else "no flows are declared"
    summary = agree if not flows or not (missing or extra) else f"{len(missing)} missing, {len(extra)} extra"
    lines.append(f"{len(rows)} possible connections, {len(flows)} declared flows: {summary}")
    lines.append("next: --from ENDPOINT --to ENDPOINT --port N explains one of them")
    return shorter("\n".join(lines)), 2 if is_unknown else int(bool(missing or extra))


def _rows(network: Network) -> Iterator[tuple[str, str, str, str]]:
    for flow in possible_flows(network):
        yield flow.source.name, flow.destination.name, describe(flow.services), str(flow.reach)


def _columns(rows: list[tuple[str, str, str, str]]) -> Iterator[str]:
    widths = [max((len(shorter(row[index])) for row in rows), default=0) for index in range(3)]
    for row in rows:
        cells = [shorter(cell).ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield f"  {cells[0]} -> {cells[1]}  {cells[2]}  {row[3]}"


def _missing(item: BlockedFlow) -> str:
    flow = item.flow
    what = f"{flow.source.name} -> {flow.destination.name} {flow.protocol}/{flow.port} ({flow.why})"
    if item.decision is None:
        return f"MISSING {what}: one end is not in the configuration"
    failing = next((attempt for attempt in item.decision.attempts if attempt.reach is not Reach.OPEN), None)
    steps = _trace(failing.worst) if failing else "  the subnets of one end are unknown"
    return f"MISSING {what}: {item.decision.reach}\n{steps}"


def _extra(item: UndeclaredFlow) -> str:
    return f"EXTRA {item.source.name} -> {item.destination.name} {describe(item.services)}: not declared"


def explanation(decision: Decision) -> str:
    """Format a decision with the rules that allowed or stopped the connection, one attempt for each answer."""
    what = f"{decision.source.name} -> {decision.destination.name}"
    lines = [f"{what} {describe_point(decision.service)}: {decision.reach}"]
    for attempt in _one_per_answer(decision):
        lines.append(f"from {attempt.worst.source.name} to {attempt.worst.destination.name}: {attempt.reach}")
        lines.append(_trace(attempt.best if attempt.reach is Reach.CLOSED else attempt.worst))
    if not decision.attempts:
        lines.append("  the subnets of one end are unknown, or the ends share no address family")
    return shorter("\n".join(lines))


def describe_point(point: int) -> str:
    """Format one service."""
    return describe(Ranges(((point, point + 1),)))


def _one_per_answer(decision: Decision) -> list[Attempt]:
    """Keep one attempt for each answer: subnets of one tier differ only in their names."""
    first: dict[Reach, Attempt] = {}
    for attempt in decision.attempts:
        first.setdefault(attempt.reach, attempt)
    return list(first.values())


def _trace(trace: Trace) -> str:
    steps = [f"  {'pass' if step.passes else 'STOP'}  {step.where}: {step.because}" for step in trace.steps]
    return "\n".join(steps)
