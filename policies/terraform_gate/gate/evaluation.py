"""Runs the gate: reads the inputs, evaluates all rules, merges the findings, applies waivers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from terraform_gate.checkov_engine.exceptions import NOT_APPLIED
from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity, Verdict
from terraform_gate.gate.existence import doubted, without_absent
from terraform_gate.gate.forked_process import run_in_fork
from terraform_gate.gate.interrupting import INTERRUPTION_CARD, interruption_findings
from terraform_gate.gate.opaque import OPAQUE_CARD, opaque_findings
from terraform_gate.gate.outcome import Outcome, Report, RuleCard, card_of, joined
from terraform_gate.gate.time_limit import TimeLimitError, time_limit
from terraform_gate.gate.waivers import Waiver, waivers_in, waivers_of
from terraform_gate.network.reading.flows import FlowError
from terraform_gate.reading.inputs import read
from terraform_gate.reading.problem import Problem
from terraform_gate.rule import Rule
from terraform_gate.rules.catalog import all_rules
from terraform_gate.terraform_resource import Resource

if TYPE_CHECKING:
    from terraform_gate.checkov_engine.verdicts import CheckovRun

WAIVER_CARD = RuleCard(
    id="AF_WAIVER_1",
    title="Every waiver has a reason and an owner, has not expired, and matches a finding",
    severity=Severity.MEDIUM,
    remediation="Renew the waiver with a reason, an owner and a date, or remove it and repair the finding.",
)


def evaluate(
    paths: Sequence[Path],
    *,
    plans: Sequence[tuple[str, Path]] = (),
    waiver_files: Sequence[Path] = (),
    today: date,
    not_applied: Mapping[str, str] = NOT_APPLIED,
    seconds: float = 0,
) -> Report:
    """Evaluate all rules of the gate and of checkov on everything below ``paths``.

    Args:
        paths: Terraform files (HCL or JSON), plans, or folders of them.
        plans: Further plans, each with the name of its stack ("" to derive it from the file).
        waiver_files: YAML or JSON files of waivers.
        today: The day on which waivers are checked for expiry.
        not_applied: Ids of checkov's rules to leave out, with the reason.
        seconds: The time after which the run ends as a problem; 0 for no limit.

    Returns:
        The report. Bad input is never raised: it is a problem of the report, whose exit code is then 2.
    """
    try:
        with time_limit(seconds):
            return _evaluate(paths, plans=plans, waiver_files=waiver_files, today=today, not_applied=not_applied)
    except TimeLimitError:
        reason = f"not evaluated within {seconds:g} s. Fix: evaluate fewer folders at once, or raise --time-limit"
        problem = Problem(", ".join(map(str, paths)), reason)
        return Report(outcomes=(), problems=[problem], stacks=(), resources=0, rules=len(all_rules()))


def _evaluate(
    paths: Sequence[Path],
    *,
    plans: Sequence[tuple[str, Path]],
    waiver_files: Sequence[Path],
    today: date,
    not_applied: Mapping[str, str],
) -> Report:
    inputs = read(paths, plans=plans)
    waivers = waivers_of(inputs.roots, inputs.problems)
    for file in waiver_files:
        waivers += waivers_in(file, inputs.problems)
    configurations = inputs.readable_configurations()
    reduced = {view: without_absent(configuration) for view, configuration in enumerate(configurations)}
    everything = [*configurations, *(item for item in reduced.values() if item)]
    without = dict(enumerate((view for view, item in reduced.items() if item), start=len(configurations)))
    with run_in_fork(lambda: _run_checkov(everything, skip=frozenset(not_applied))) as checkov_run:
        found = [
            (view, card_of(rule), finding)
            for view, configuration in enumerate(everything)
            for rule in all_rules()
            for finding in _findings(rule, configuration, inputs.problems)
        ]
        checkov = checkov_run()
    found += _checkov_findings(checkov, everything, inputs.problems)
    found += [(view, OPAQUE_CARD, item) for view, each in enumerate(configurations) for item in opaque_findings(each)]
    found = list(doubted(found, configurations, without))
    found += [(0, INTERRUPTION_CARD, item) for item in interruption_findings(inputs.plans)]
    inputs.problems += _waivers_without_a_rule(waivers, checkov.rule_ids)
    outcomes = _with_waivers(joined(found), waivers, today=today)
    resources = _resource_types(configurations)
    uncovered = resources.keys() - {outcome.finding.resource.key for outcome in outcomes}
    if uncovered == resources.keys() and not inputs.problems:
        reason = "no rule applies to any resource in it" if resources else "contains no resource"
        inputs.problems.append(Problem(", ".join(map(str, paths)), reason))
    return Report(
        outcomes=sorted(outcomes, key=_order),
        problems=inputs.problems,
        stacks=tuple(dict.fromkeys([*(root.name for root in inputs.roots), *inputs.plans])),
        resources=len(resources),
        rules=len(all_rules()) + len(checkov.rule_ids - set(not_applied)),
        not_applied=not_applied,
        uncovered=Counter(sorted(resources[key] for key in uncovered)),
    )


def _run_checkov(configurations: Sequence[Configuration], *, skip: frozenset[str]) -> CheckovRun:
    from terraform_gate.checkov_engine.verdicts import run_checkov  # importing checkov takes more than a second

    return run_checkov(configurations, skip=skip)


def _findings(rule: Rule, configuration: Configuration, problems: list[Problem]) -> list[Finding]:
    try:
        return list(rule.evaluate(configuration))
    except FlowError as error:  # of every rule that reads flows; reported once
        problem = Problem(configuration.title, str(error))
        problems += [problem] if problem not in problems else []
        return []
    except Exception as error:  # noqa: BLE001  an error in one rule is reported; the other rules go on
        where = f"{configuration.title}: {rule.id}"
        problems.append(Problem(where, f"the rule ended with {type(error).__name__}: {error}"))
        return []


def _checkov_findings(
    checkov: CheckovRun, configurations: Sequence[Configuration], problems: list[Problem]
) -> Iterator[tuple[int, RuleCard, Finding]]:
    for view, (configuration, found) in enumerate(zip(configurations, checkov.by_configuration, strict=True)):
        problems += found.problems
        for card, key, verdict, message in found.verdicts:
            yield view, card, Finding(resource=configuration.resources[key], verdict=verdict, message=message)


def _resource_types(configurations: Sequence[Configuration]) -> Mapping[str, str]:
    """Map the key of each managed resource to its type."""
    return {
        key: resource.type
        for configuration in configurations
        for key, resource in configuration.resources.items()
        if not resource.is_data
    }


def _with_waivers(outcomes: Sequence[Outcome], waivers: Sequence[Waiver], *, today: date) -> list[Outcome]:
    used: set[Waiver] = set()
    done = []
    for outcome in outcomes:
        matching = [waiver for waiver in waivers if waiver.accepts(rule=outcome.card.id, finding=outcome.finding)]
        if outcome.verdict is not Verdict.PASS:
            used |= set(matching)
            valid = next((waiver for waiver in matching if not waiver.defect(today=today)), None)
            done.append(replace(outcome, waiver=valid))
        else:
            done.append(outcome)
    return [*done, *_waiver_findings(waivers, used, today=today)]


def _waiver_findings(waivers: Sequence[Waiver], used: set[Waiver], *, today: date) -> Iterator[Outcome]:
    for waiver in waivers:
        # A waiver of a change is needed until the change is applied: only the plan of that day contains the change.
        unneeded = waiver not in used and waiver.rule != INTERRUPTION_CARD.id
        defect = waiver.defect(today=today) or ("is not needed: the rule passes there" if unneeded else "")
        if defect:
            resource = Resource(
                stack=min(waiver.stacks, default="waivers"),
                address=waiver.address,
                type="",
                name="",
                body={},
                file=Path(waiver.where.rpartition(": ")[0]),
            )
            finding = Finding.fail(resource, f"the waiver of {waiver.rule} {defect}")
            yield Outcome(card=WAIVER_CARD, finding=finding)


def _waivers_without_a_rule(waivers: Sequence[Waiver], checkov_ids: Collection[str]) -> Iterator[Problem]:
    known = {*checkov_ids, OPAQUE_CARD.id, INTERRUPTION_CARD.id, *(rule.id for rule in all_rules())}
    for waiver in waivers:
        if waiver.rule not in known:
            yield Problem(waiver.where, f"there is no rule {waiver.rule!r}. Fix: take the id from docs/policies.md")


def _order(outcome: Outcome) -> tuple[int, str, str, str]:
    resource = outcome.finding.resource
    return list(Severity).index(outcome.card.severity), outcome.card.id, resource.stack, resource.address
