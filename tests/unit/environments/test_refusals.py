"""Every refusal with its exact words. The cases are data: ``refused/*.yaml``, named after the rows they show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from environments.errors import Problem
from environments.load import from_data
from environments.rules import registry
from environments.rules.registry import RULES, Rule
from environments.yaml_reader import read_mapping
from tests.unit.environments.cases import SMALLEST, refusals

FOLDER = Path(__file__).parent / "refused"
CASES: dict[str, Any] = {
    name: case for file in sorted(FOLDER.glob("*.yaml")) for name, case in read_mapping(file.read_text("utf-8")).items()
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_refused(case: dict[str, Any]) -> None:
    assert refusals(**case["change"]) == case["refused"]


@pytest.mark.feature("I3")
def test_more_tags_than_aws_allows() -> None:
    assert refusals(tags={f"tag{number}": "" for number in range(41)}) == ["tags: at most 40, got 41"]


def test_the_smallest_environment_is_accepted() -> None:
    assert from_data(SMALLEST, source="dev.yaml").production


@pytest.fixture(scope="module")
def spoken() -> dict[str, list[dict[str, Any]]]:
    """The cases in which a rule said something, by the rule's name."""
    found: dict[str, list[dict[str, Any]]] = {rule.check.__name__: [] for rule in RULES}
    with pytest.MonkeyPatch.context() as patch:
        for case in CASES.values():
            patch.setattr(registry, "RULES", [_noting(rule, case, found) for rule in RULES])
            refusals(**case["change"])
    return found


def _noting(rule: Rule, case: dict[str, Any], found: dict[str, list[dict[str, Any]]]) -> Rule:
    def check(environment: Any) -> list[Problem]:
        problems = list(rule.check(environment))
        found[rule.check.__name__] += [case] * bool(problems)
        return problems

    return Rule(check=check, reads=rule.reads)


@pytest.mark.parametrize("known", RULES, ids=[known.check.__name__ for known in RULES])
def test_every_rule_refuses_one_of_the_cases(
    known: Rule, spoken: dict[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the rule, some case would say less: no rule is decoration, and no case passes by another rule's luck."""

    def mute(_environment: object) -> tuple[Problem, ...]:
        return ()

    muted = [Rule(check=mute, reads=rule.reads) if rule is known else rule for rule in RULES]
    monkeypatch.setattr(registry, "RULES", muted)
    assert any(refusals(**case["change"]) != case["refused"] for case in spoken[known.check.__name__])
