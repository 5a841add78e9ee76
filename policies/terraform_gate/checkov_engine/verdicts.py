"""What checkov says about several configurations, in a form that crosses from one process to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from terraform_gate.checkov_engine.engine import CheckovError, checkov_findings
from terraform_gate.configuration import Configuration
from terraform_gate.finding import Verdict
from terraform_gate.gate.outcome import RuleCard, card_of
from terraform_gate.reading.inputs import Problem


@dataclass(frozen=True)
class CheckovVerdicts:
    """checkov's word on one configuration: rule, key of the resource, verdict, message."""

    verdicts: Sequence[tuple[RuleCard, str, Verdict, str]]
    problems: Sequence[Problem] = ()


def by_checkov(configurations: Sequence[Configuration], *, skip: frozenset[str]) -> list[CheckovVerdicts]:
    """Run checkov's rules but `skip` over each configuration. Never raises: what goes wrong is a problem."""
    return [_verdicts(configuration, skip) for configuration in configurations]


def _verdicts(configuration: Configuration, skip: frozenset[str]) -> CheckovVerdicts:
    found = []
    try:
        for check, finding in checkov_findings(configuration, skip=skip):
            found.append((card_of(check), finding.resource.key, finding.verdict, finding.message))
    except CheckovError as error:
        return CheckovVerdicts(found, [Problem(configuration.title, f"checkov: {error}")])
    except Exception as error:  # noqa: BLE001  checkov's own code stumbled: it has not judged
        reason = f"checkov could not judge: {type(error).__name__}: {error}"
        return CheckovVerdicts(found, [Problem(configuration.title, reason)])
    return CheckovVerdicts(found)
