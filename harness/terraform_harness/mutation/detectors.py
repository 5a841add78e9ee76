"""Who looks at mutants: the project's own rules, the whole gate, or any command."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from terraform_gate.finding import Verdict
from terraform_gate.reading.inputs import read

from terraform_harness.mutation.run import Judge


def rules(folders: Sequence[Path]) -> frozenset[str]:
    """Our own rules, without checkov's: a tenth of a second or two for an environment."""
    from terraform_gate.rules.catalog import all_rules  # checkov's import takes longer than most mutants do

    inputs = read(list(folders))
    found = {f"unreadable: {problem}" for problem in inputs.problems}
    for configuration in inputs.configurations():
        for rule in all_rules():
            for one in rule.evaluate(configuration):
                if one.verdict is not Verdict.PASS:
                    found.add(f"{rule.id} {one.resource.address}")
    return frozenset(found)


def gate(folders: Sequence[Path]) -> frozenset[str]:
    """The whole gate, checkov's rules included: seconds."""
    from terraform_gate.gate.evaluation import evaluate as whole_gate

    report = whole_gate(list(folders), today=date(2026, 1, 1))
    return frozenset(f"{one.card.id} {one.finding.resource.address}" for one in report.outcomes if one.is_open)


def command(*words: str) -> Judge:
    """Any program: it sees the folder of the stacks in ``STACKS`` and complains by its exit code."""

    def judge(folders: Sequence[Path]) -> frozenset[str]:
        where = os.pathsep.join(map(str, folders))
        code = subprocess.run(words, env=os.environ | {"STACKS": where}, capture_output=True, check=False).returncode
        return frozenset({f"{words[0]} exits {code}"} if code else set())

    return judge
