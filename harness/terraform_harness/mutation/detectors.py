"""Detectors of mutants: policies, the whole policy gate, assertions, pytest, or any command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from terraform_harness.assertions.template import Template
from terraform_harness.extras import require_extra
from terraform_harness.mutation.run import Detector, DetectorError


def rules(folders: Sequence[Path]) -> frozenset[str]:
    """Report findings of the gate's own rules, without those of checkov: 0.1 to 0.2 s for an environment."""
    require_extra("policies", "terraform_gate")
    from terraform_gate.finding import Verdict
    from terraform_gate.reading.inputs import read
    from terraform_gate.rules.catalog import all_rules

    inputs = read(list(folders))
    found = {f"unreadable: {problem}" for problem in inputs.problems}
    for configuration in inputs.configurations():
        for rule in all_rules():
            for finding in rule.evaluate(configuration):
                if finding.verdict is not Verdict.PASS:
                    found.add(f"{rule.id} {finding.resource.address}")
    return frozenset(found)


def gate(folders: Sequence[Path]) -> frozenset[str]:
    """Report findings of the whole gate, including checkov's rules: seconds for an environment."""
    require_extra("policies", "terraform_gate")
    from terraform_gate.gate.evaluation import evaluate

    report = evaluate(list(folders), today=date(2026, 1, 1))
    return frozenset(
        f"{outcome.card.id} {outcome.finding.resource.address}" for outcome in report.outcomes if outcome.is_open
    )


def assertions(*tests: Callable[[Template], object]) -> Detector:
    """Return a detector that reports each of ``tests`` that raises AssertionError for one of the stacks."""

    def detect(folders: Sequence[Path]) -> frozenset[str]:
        return frozenset(
            f"{test.__name__} {folder.name}" for folder in folders for test in tests if _fails(test, folder)
        )

    return detect


def _fails(test: Callable[[Template], object], folder: Path) -> bool:
    try:
        test(Template.read(folder))
    except AssertionError:
        return True
    return False


def pytest_run(*arguments: str) -> Detector:
    """Return a detector that runs pytest with ``arguments`` and ``--stacks`` set to the mutated stacks.

    The tests read the stacks through the fixtures of ``terraform_harness.pytest_plugin``.
    """
    command_line = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *arguments)

    def detect(folders: Sequence[Path]) -> frozenset[str]:
        return _exit_code((*command_line, f"--stacks={folders[0].parent}"), folders, name="pytest")

    return _only_an_exit_code(detect)


def command(*words: str) -> Detector:
    """Return a detector that runs a program.

    The program finds the folders of the stacks in the environment variable ``STACKS``, separated as in ``PATH``, and
    reports a mutant by an exit code other than 0.
    """

    def detect(folders: Sequence[Path]) -> frozenset[str]:
        return _exit_code(words, folders, name=words[0])

    return _only_an_exit_code(detect)


def _only_an_exit_code(detector: Detector) -> Detector:
    """Mark a detector that cannot tell its findings apart: it must accept the unchanged stacks."""
    detector.has_only_an_exit_code = True  # type: ignore[attr-defined]
    return detector


def _exit_code(words: Sequence[str], folders: Sequence[Path], *, name: str) -> frozenset[str]:
    stacks = os.pathsep.join(map(str, folders))
    try:
        ended = subprocess.run(words, env=os.environ | {"STACKS": stacks}, capture_output=True, check=False)
    except OSError as error:
        raise DetectorError(f"{name}: {error.strerror}. Fix: name a program that can be started") from error
    last = (ended.stdout + ended.stderr).decode(errors="replace").strip().rpartition("\n")[2]
    return frozenset({f"{name} exits {ended.returncode} ({last})"} if ended.returncode else set())
