"""The network model's answers as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.network.matrix import possible_flows
from terraform_gate.network.model import Network
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reach import Attempt, Decision, Reach
from terraform_gate.network.reading.agreement import Extra, Missing, extra_flows, missing_flows
from terraform_gate.network.reading.flows import declared_flows
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe
from terraform_gate.network.walk import Walk

_STACK = re.compile(r"[\w.-]+//")


def shorter(text: str) -> str:
    """A text without the stacks in front of addresses."""
    return _STACK.sub("", text)


def matrix(configuration: Configuration) -> tuple[str, int]:
    """Every possible connection, what is missing and what is extra; and the exit code that follows."""
    network, flows = network_of(configuration), declared_flows(configuration)
    rows = list(_rows(network))
    missing = list(missing_flows(network, flows))
    extra = list(extra_flows(network, flows)) if flows else []
    lines = [*_columns(rows), "", *(_missing(item) for item in missing), *(_extra(item) for item in extra)]
    unjudged = [row for row in rows if row[3] == Reach.UNKNOWN]
    unsure = unjudged or any(item.decision and item.decision.reach is Reach.UNKNOWN for item in missing)
    agree = "declared = possible" if flows and not missing and not extra else "no flows are declared"
    summary = agree if not flows or not (missing or extra) else f"{len(missing)} missing, {len(extra)} extra"
    lines.append(f"{len(rows)} possible connections, {len(flows)} declared flows: {summary}")
    lines.append("next: --from PLACE --to PLACE --port N explains one of them")
    return shorter("\n".join(lines)), 2 if unsure else int(bool(missing or extra))


def _rows(network: Network) -> Iterator[tuple[str, str, str, str]]:
    for flow in possible_flows(network):
        yield flow.source.name, flow.destination.name, describe(flow.services), str(flow.reach)


def _columns(rows: list[tuple[str, str, str, str]]) -> Iterator[str]:
    widths = [max((len(shorter(row[index])) for row in rows), default=0) for index in range(3)]
    for row in rows:
        cells = [shorter(cell).ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield f"  {cells[0]} -> {cells[1]}  {cells[2]}  {row[3]}"


def _missing(item: Missing) -> str:
    flow = item.flow
    what = f"{flow.source.name} -> {flow.destination.name} {flow.protocol}/{flow.port} ({flow.why})"
    if item.decision is None:
        return f"MISSING {what}: one of the two is not in the configuration"
    failing = next((attempt for attempt in item.decision.attempts if attempt.reach is not Reach.OPEN), None)
    return (
        f"MISSING {what}: {item.decision.reach}\n{_walk(failing.worst) if failing else '  one end is not placed yet'}"
    )


def _extra(item: Extra) -> str:
    return f"EXTRA {item.source.name} -> {item.destination.name} {describe(item.services)}: no flow declares it"


def explanation(decision: Decision) -> str:
    """One decision with the rules that were passed or that stopped it, from each kind of place once."""
    what = f"{decision.source.name} -> {decision.destination.name}"
    lines = [f"{what} {describe_point(decision.service)}: {decision.reach}"]
    for attempt in _telling(decision):
        lines.append(f"from {attempt.worst.source.name} to {attempt.worst.destination.name}: {attempt.reach}")
        lines.append(_walk(attempt.best if attempt.reach is Reach.CLOSED else attempt.worst))
    if not decision.attempts:
        lines.append("  it is not known where both stand, or they share no address family")
    return shorter("\n".join(lines))


def describe_point(point: int) -> str:
    """One service as text."""
    return describe(Ranges(((point, point + 1),)))


def _telling(decision: Decision) -> list[Attempt]:
    """One attempt for each answer: places of one tier differ in their names only."""
    first: dict[Reach, Attempt] = {}
    for attempt in decision.attempts:
        first.setdefault(attempt.reach, attempt)
    return list(first.values())


def _walk(walk: Walk) -> str:
    steps = [f"  {'pass' if step.passes else 'STOP'}  {step.where}: {step.because}" for step in walk.steps]
    return "\n".join(steps)
