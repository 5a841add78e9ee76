"""One run of the gate: read, judge, merge, apply waivers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from terraform_gate.checkov_engine.engine import checkov_ids
from terraform_gate.checkov_engine.exceptions import NOT_APPLIED
from terraform_gate.checkov_engine.verdicts import CheckovVerdicts, by_checkov
from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity, Verdict
from terraform_gate.gate.forked_process import beside
from terraform_gate.gate.outcome import Outcome, Report, RuleCard, card_of, joined
from terraform_gate.gate.waivers import Waiver, waivers_in, waivers_of
from terraform_gate.reading.inputs import Inputs, Problem, read
from terraform_gate.rule import Rule
from terraform_gate.rules.catalog import all_rules
from terraform_gate.terraform_resource import Resource

WAIVER_CARD = RuleCard(
    id="AF_WAIVER_1",
    title="Every waiver is reasoned, owned, in date and needed",
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
) -> Report:
    """Judge everything below `paths`. Never raises: what goes wrong is a problem of the report, and its exit code 2."""
    inputs = read(paths, plans=plans)
    waivers = waivers_of(inputs.roots, inputs.problems)
    for file in waiver_files:
        waivers += waivers_in(file, inputs.problems)
    configurations = _configurations(inputs)
    with beside(lambda: by_checkov(configurations, skip=frozenset(not_applied))) as checkov:
        found = [
            (view, card_of(rule), finding)
            for view, configuration in enumerate(configurations)
            for rule, finding in _by_our_rules(configuration, inputs.problems)
        ]
        found += _with_resources(checkov(), configurations, inputs.problems)
    inputs.problems += _unknown_rules(waivers)
    outcomes = _with_waivers(joined(found), waivers, today=today)
    resources = {
        key: item.type
        for configuration in configurations
        for key, item in configuration.resources.items()
        if not item.is_data
    }
    uncovered = resources.keys() - {outcome.finding.resource.key for outcome in outcomes}
    if uncovered == resources.keys() and not inputs.problems:
        reason = "no rule is about any resource in it" if resources else "there is not one resource in it"
        inputs.problems.append(Problem(", ".join(map(str, paths)), reason))
    return Report(
        outcomes=sorted(outcomes, key=_order),
        problems=inputs.problems,
        stacks=_stacks(inputs),
        resources=len(resources),
        rules=len(all_rules()) + len(checkov_ids() - set(not_applied)),
        not_applied=not_applied,
        uncovered=Counter(sorted(resources[key] for key in uncovered)),
    )


def _configurations(inputs: Inputs) -> tuple[Configuration, ...]:
    try:
        return inputs.configurations()
    except Exception as error:  # noqa: BLE001  a shape that nobody foresaw: not judged, said so, no traceback
        files = ", ".join(str(root.files[0]) for root in inputs.roots) or "plan"
        inputs.problems.append(Problem(files, f"could not be understood: {type(error).__name__}: {error}"))
        return ()


def _by_our_rules(configuration: Configuration, problems: list[Problem]) -> Iterator[tuple[Rule, Finding]]:
    for rule in all_rules():
        try:
            yield from [(rule, finding) for finding in rule.evaluate(configuration)]
        except Exception as error:  # noqa: BLE001  a rule that stumbles has not judged: say so, and go on
            where = f"{configuration.title}: {rule.id}"
            problems.append(Problem(where, f"could not judge: {type(error).__name__}: {error}"))


def _with_resources(
    verdicts: Sequence[CheckovVerdicts], configurations: Sequence[Configuration], problems: list[Problem]
) -> Iterator[tuple[int, RuleCard, Finding]]:
    for view, (configuration, found) in enumerate(zip(configurations, verdicts, strict=True)):
        problems += found.problems
        for card, key, verdict, message in found.verdicts:
            yield view, card, Finding(resource=configuration.resources[key], verdict=verdict, message=message)


def _with_waivers(outcomes: Sequence[Outcome], waivers: Sequence[Waiver], *, today: date) -> list[Outcome]:
    used: set[Waiver] = set()
    done = []
    for outcome in outcomes:
        fitting = [waiver for waiver in waivers if waiver.accepts(rule=outcome.card.id, finding=outcome.finding)]
        if outcome.verdict is not Verdict.PASS:
            used |= set(fitting)
            valid = next((waiver for waiver in fitting if not waiver.fault(today=today)), None)
            done.append(replace(outcome, waiver=valid))
        else:
            done.append(outcome)
    return [*done, *_waiver_findings(waivers, used, today=today)]


def _waiver_findings(waivers: Sequence[Waiver], used: set[Waiver], *, today: date) -> Iterator[Outcome]:
    for waiver in waivers:
        fault = waiver.fault(today=today) or ("" if waiver in used else "is not needed: the rule passes there")
        if fault:
            resource = Resource(
                stack=min(waiver.stacks, default="waivers"),
                address=waiver.address,
                type="",
                name="",
                body={},
                file=Path(waiver.where.rpartition(": ")[0]),
            )
            message = f"the waiver of {waiver.rule} {fault}"
            finding = Finding(resource=resource, verdict=Verdict.FAIL, message=message)
            yield Outcome(card=WAIVER_CARD, finding=finding)


def _unknown_rules(waivers: Sequence[Waiver]) -> Iterator[Problem]:
    known = checkov_ids() | {rule.id for rule in all_rules()}
    for waiver in waivers:
        if waiver.rule not in known:
            yield Problem(waiver.where, f"there is no rule {waiver.rule!r}; `python -m terraform_gate docs` lists them")


def _stacks(inputs: Inputs) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(root.name for root in inputs.roots), *inputs.plans]))


def _order(outcome: Outcome) -> tuple[int, str, str, str]:
    resource = outcome.finding.resource
    return list(Severity).index(outcome.card.severity), outcome.card.id, resource.stack, resource.address
