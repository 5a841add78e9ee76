"""Verdicts of checkov's own rules in a form that can be pickled and sent from one process to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from terraform_gate.checkov_engine.engine import CheckovError, checkov_findings, checkov_ids
from terraform_gate.configuration import Configuration
from terraform_gate.finding import Severity, Verdict
from terraform_gate.gate.outcome import RuleCard
from terraform_gate.reading.problem import Problem


@dataclass(frozen=True)
class CheckovVerdicts:
    """The verdicts of checkov's rules on one configuration: rule, key of the resource, verdict, message."""

    verdicts: Sequence[tuple[RuleCard, str, Verdict, str]]
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class CheckovRun:
    """The verdicts on each configuration, and the ids of all rules that checkov has."""

    by_configuration: Sequence[CheckovVerdicts]
    rule_ids: frozenset[str]


def run_checkov(configurations: Sequence[Configuration], *, skip: frozenset[str]) -> CheckovRun:
    """Run checkov's rules over each configuration.

    Args:
        configurations: What to evaluate.
        skip: Ids of checkov's rules to leave out.

    Returns:
        The verdicts. An exception of a check is a problem of its configuration; it is never raised.
    """
    verdicts = [_verdicts(configuration, skip) for configuration in configurations]
    return CheckovRun(by_configuration=verdicts, rule_ids=checkov_ids())


def _verdicts(configuration: Configuration, skip: frozenset[str]) -> CheckovVerdicts:
    found = []
    try:
        for check, finding in checkov_findings(configuration, skip=skip):
            found.append((_card(check), finding.resource.key, finding.verdict, finding.message))
    except CheckovError as error:
        return CheckovVerdicts(found, [Problem(configuration.title, f"checkov: {error}")])
    except Exception as error:  # noqa: BLE001  an error in checkov's own code: its verdicts are unknown
        reason = f"checkov ended with {type(error).__name__}: {error}"
        return CheckovVerdicts(found, [Problem(configuration.title, reason)])
    return CheckovVerdicts(found)


def _card(check: Any) -> RuleCard:
    severity = str(getattr(check.severity, "name", "") or "").lower()
    known = Severity(severity) if severity in set(Severity) else Severity.MEDIUM
    return RuleCard(check.id, check.name, known, check.guideline or f"See checkov's documentation of {check.id}.")
