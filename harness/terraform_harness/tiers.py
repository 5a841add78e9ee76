"""pytest plugin: the folder of a test is its tier; times and skips of each tier are printed at the end."""

from __future__ import annotations

import gc
import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

TIERS: dict[str, str] = {
    "unit": "Python and Node only",
    "policies": "checkov rules and the gate",
    "plan": "the real provider, no account",
    "apply": "the embedded emulator",
    "image": "a container engine",
    "live": "a container engine and the embedded emulator",
}

# What a test records under this name (``record_property``) is printed at the end, whether it passed or not.
RECOVERY = "recovery"
# CPython's own 700 is for small heaps. With this the larger process of the unit tier took 350 MB instead of 305.
ALLOCATIONS_BETWEEN_COLLECTIONS = 100_000


@dataclass(slots=True)
class Tally:
    """What became of one tier."""

    seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)


def tier_of(path: str) -> str | None:
    """The tier that a path or node id below ``tests/`` belongs to; None elsewhere.

    >>> tier_of("tests/apply/test_demo.py::test_demo")
    'apply'
    """
    parts = Path(path.split("::", 1)[0]).parts
    for parent, child in pairwise(parts):
        if parent == "tests" and child in TIERS:
            return child
    return None


class TierReport:
    """Adds up the reports of a run; works under xdist because it reads node ids only."""

    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = {}
        self.skips: Counter[tuple[str, str]] = Counter()
        self.recoveries: list[str] = []
        self.failures: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        tier = tier_of(report.nodeid) or "other"
        tally = self.tallies.setdefault(tier, Tally())
        tally.seconds += report.duration
        if report.when == "call":
            self.recoveries += [str(value) for name, value in report.user_properties if name == RECOVERY]
        if report.skipped:
            tally.outcomes["skipped"] += 1
            self.skips[tier, reason(report)] += 1
        elif report.failed:
            tally.outcomes["failed"] += 1
            self.failures.append(f"{report.nodeid} ({report.when})\n{report.longreprtext}")
        elif report.when == "call":
            tally.outcomes["passed"] += 1

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("tiers")
        order = [*TIERS, "other"]
        for tier in sorted(self.tallies, key=order.index):
            tally = self.tallies[tier]
            counts = "  ".join(f"{tally.outcomes[name]:4d} {name}" for name in ("passed", "failed", "skipped"))
            terminalreporter.write_line(f"{tier:10s} {tally.seconds:7.1f} s  {counts}")
        for (tier, why), count in sorted(self.skips.items()):
            terminalreporter.write_line(f"not judged: {count} of {tier}: {why}")

        for recovery in self.recoveries:
            terminalreporter.write_line(f"recovery: {recovery}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        file = session.config.getoption("tier_counts")
        if file:
            total = sum((tally.outcomes for tally in self.tallies.values()), Counter[str]())
            Path(file).write_text(json.dumps({"outcomes": total, "failures": self.failures}))


def reason(report: pytest.TestReport) -> str:
    """Why a test was skipped, on one line."""
    if isinstance(report.longrepr, tuple):
        return " ".join(str(report.longrepr[2]).removeprefix("Skipped: ").split())
    return "no reason given"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--tier-counts", help="write how many tests passed, failed and were skipped, and why they failed, as JSON"
    )
    parser.addoption(
        "--touches", help="add the attributes that tests look at to this file (see terraform_harness.coverage)"
    )


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(ALLOCATIONS_BETWEEN_COLLECTIONS)
    for tier, needs in TIERS.items():
        config.addinivalue_line("markers", f"{tier}: needs {needs}")
    config.addinivalue_line("markers", "long: waits for minutes, so it is started first")
    if config.getoption("touches"):
        from terraform_harness import coverage

        coverage.watch()
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(TierReport(), "tier-report")


def pytest_collection_finish() -> None:
    """What is imported stays: whoever looks for garbage need not walk it again and again."""
    gc.freeze()


def pytest_unconfigure() -> None:
    """The process ends: nobody need take apart what the system takes back at once."""
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    file = session.config.getoption("touches")
    if file:
        from terraform_harness import coverage

        coverage.save(Path(file))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        tier = tier_of(item.nodeid)
        if tier:
            item.add_marker(getattr(pytest.mark, tier))
    items[:] = long_ones_apart(items)


def long_ones_apart(items: list[pytest.Item]) -> list[pytest.Item]:
    """Each long test followed by a short one, at the front: xdist deals two tests to each worker to begin with."""
    long = [item for item in items if item.get_closest_marker("long")]
    short = [item for item in items if not item.get_closest_marker("long")]
    pairs = [item for pair in zip(long, short, strict=False) for item in pair]
    return [*pairs, *long[len(short) :], *short[len(long) :]]
