"""pytest plugin: the folder of a test below ``tests/`` is its tier; the end of a run lists times and skips by tier.

It also lists the tests that used most processor time, with their child processes: wall time depends on other load.

The ini setting ``tiers`` lists the tiers, in order, one on each line: ``apply: the embedded emulator``.
"""

from __future__ import annotations

import gc
import heapq
import json
import os
from collections import Counter
from collections.abc import Collection, Generator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

OTHER = "other"
# A test records a duration under this name (``record_property``); the end of the run prints it, passed or failed.
RECOVERY = "recovery"
# CPython's default of 700 suits small heaps. With this value a large run takes 15 % more memory and less time.
ALLOCATIONS_BETWEEN_COLLECTIONS = 100_000
# Attribute of a report: seconds of processor time.
PROCESSOR = "processor"
HEAVIEST = 30


@dataclass(slots=True)
class Tally:
    """Seconds of wall time, seconds of processor time, and outcomes of one tier."""

    seconds: float = 0.0
    processor: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)


def tier_of(path: str, tiers: Collection[str]) -> str | None:
    """Return the tier of a path or node id below ``tests/``; None elsewhere.

    >>> tier_of("tests/apply/test_demo.py::test_demo", {"unit", "apply"})
    'apply'
    """
    parts = Path(path.split("::", 1)[0]).parts
    for parent, child in pairwise(parts):
        if parent == "tests" and child in tiers:
            return child
    return None


def tiers_of(config: pytest.Config) -> Mapping[str, str]:
    """Return the tiers of the ini setting, each with what its tests need."""
    pairs = (line.partition(":") for line in config.getini("tiers"))
    return {name.strip(): needs.strip() for name, _, needs in pairs}


class ProcessorTime:
    """Adds to each report the processor time of the test and of the child processes that ended during the test."""

    def __init__(self) -> None:
        self.before = processor_seconds()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Store the seconds since the last report, in an attribute that xdist transfers."""
        report = yield
        now = processor_seconds()
        setattr(report, PROCESSOR, now - self.before)
        self.before = now
        return report


def processor_seconds() -> float:
    """Return the user and system time of this process and of its ended children."""
    return sum(os.times()[:4])


class TierReport:
    """Adds up the reports of a run. It reads node ids only, so it works under xdist."""

    def __init__(self, tiers: Mapping[str, str]) -> None:
        self.tiers = tiers
        self.tallies: dict[str, Tally] = {}
        self.skips: Counter[tuple[str, str]] = Counter()
        self.recoveries: list[str] = []
        self.failures: list[str] = []
        self.processor: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a report."""
        tier = tier_of(report.nodeid, self.tiers) or OTHER
        tally = self.tallies.setdefault(tier, Tally())
        tally.seconds += report.duration
        processor = float(getattr(report, PROCESSOR, 0.0))
        tally.processor += processor
        self.processor[report.nodeid] = self.processor.get(report.nodeid, 0.0) + processor
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
        """Print the tiers, the reasons of skipped tests, the recorded durations and the heaviest tests."""
        terminalreporter.section("tiers")
        order = [*self.tiers, OTHER]
        for tier in sorted(self.tallies, key=order.index):
            tally = self.tallies[tier]
            counts = "  ".join(f"{tally.outcomes[name]:4d} {name}" for name in ("passed", "failed", "skipped"))
            times = f"{tally.seconds:7.1f} s {tally.processor:7.1f} s of processor"
            terminalreporter.write_line(f"{tier:10s} {times}  {counts}")
        for (tier, why), count in sorted(self.skips.items()):
            terminalreporter.write_line(f"skipped: {count} of {tier}: {why}")
        for recovery in self.recoveries:
            terminalreporter.write_line(f"recovery: {recovery}")
        for test, seconds in heapq.nlargest(HEAVIEST, self.processor.items(), key=lambda pair: pair[1]):
            if seconds >= 1:
                terminalreporter.write_line(f"processor: {seconds:6.1f} s  {test}")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the counts where ``--tier-counts`` is given."""
        file = session.config.getoption("tier_counts")
        if file:
            total = sum((tally.outcomes for tally in self.tallies.values()), Counter[str]())
            Path(file).write_text(json.dumps({"outcomes": total, "failures": self.failures}))


def reason(report: pytest.TestReport) -> str:
    """Return the reason of a skipped test, on one line."""
    if isinstance(report.longrepr, tuple):
        return " ".join(str(report.longrepr[2]).removeprefix("Skipped: ").split())
    return "no reason given"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the ini setting."""
    parser.addoption("--tier-counts", help="write the numbers of outcomes and the text of each failure as JSON")
    parser.addini("tiers", "folders below tests/, each with what its tests need", type="linelist", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers and the report."""
    gc.set_threshold(ALLOCATIONS_BETWEEN_COLLECTIONS)
    tiers = tiers_of(config)
    for tier, needs in tiers.items():
        config.addinivalue_line("markers", f"{tier}: needs {needs}")
    config.addinivalue_line("markers", "long: takes minutes, so it starts first")
    config.pluginmanager.register(ProcessorTime(), "processor-time")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(TierReport(tiers), "tier-report")


def pytest_collection_finish() -> None:
    """Exclude imported modules from garbage collection: they live until the end of the run."""
    gc.freeze()


def pytest_unconfigure() -> None:
    """Exclude every object from the garbage collection at the end of the process."""
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with its tier, and move long tests to the front."""
    tiers = tiers_of(config)
    for item in items:
        tier = tier_of(item.nodeid, tiers)
        if tier:
            item.add_marker(getattr(pytest.mark, tier))
    items[:] = long_tests_first(items)


def long_tests_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """Move long tests to the front, each followed by a short test: xdist first gives two tests to each worker."""
    long = [item for item in items if item.get_closest_marker("long")]
    short = [item for item in items if not item.get_closest_marker("long")]
    pairs = [item for pair in zip(long, short, strict=False) for item in pair]
    return [*pairs, *long[len(short) :], *short[len(long) :]]
