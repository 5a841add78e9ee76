"""Every rejection with its exact messages.

The cases are data in ``invalid/``, one file for each module of rules: a change to the smallest environment, the row of
docs/features.md that it shows, and the messages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from environments.errors import Problem
from environments.load import from_data
from environments.rules import registry
from environments.rules.registry import RULES, Rule
from environments.yaml_reader import read_mapping
from tests.unit.environments.cases import SMALLEST, messages

FOLDER = Path(__file__).parent / "invalid"
CASES: dict[str, Any] = {
    name: case for file in sorted(FOLDER.glob("*.yaml")) for name, case in read_mapping(file.read_text("utf-8")).items()
}


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=name, marks=pytest.mark.feature(case["feature"])) for name, case in CASES.items()]
)
def test_invalid_environment_is_rejected(case: dict[str, Any]) -> None:
    assert messages(**case["change"]) == case["messages"]


@pytest.mark.feature("I3")
def test_more_tags_than_the_limit_are_rejected() -> None:
    assert messages(tags={f"tag{number}": "" for number in range(47)}) == [
        "tags: must have at most 46 tags (AWS allows 50, and this project sets the others), got 47. Fix: remove 1"
    ]


def test_smallest_environment_is_valid() -> None:
    assert from_data(SMALLEST, source="dev.yaml").production


@pytest.mark.feature("I3")
def test_policy_of_aws_is_valid_as_permissions_boundary() -> None:
    assert messages(iam={"permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess"}) == []


@pytest.fixture(scope="module")
def cases_by_rule() -> dict[str, list[dict[str, Any]]]:
    """The cases in which a rule found a problem, by the name of the rule."""
    found: dict[str, list[dict[str, Any]]] = {rule.check.__name__: [] for rule in RULES}
    with pytest.MonkeyPatch.context() as patch:
        for case in CASES.values():
            patch.setattr(registry, "RULES", [_recording(rule, case, found) for rule in RULES])
            messages(**case["change"])
    return found


def _recording(rule: Rule, case: dict[str, Any], found: dict[str, list[dict[str, Any]]]) -> Rule:
    def check(environment: Any) -> list[Problem]:
        problems = list(rule.check(environment))
        found[rule.check.__name__] += [case] * bool(problems)
        return problems

    return Rule(check=check, reads=rule.reads)


@pytest.mark.parametrize("muted", RULES, ids=[rule.check.__name__ for rule in RULES])
def test_no_case_passes_without_its_rule(
    muted: Rule, cases_by_rule: dict[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each rule is needed: without it, the messages of at least one case change."""

    def silent(_environment: object) -> tuple[Problem, ...]:
        return ()

    without_rule = [Rule(check=silent, reads=rule.reads) if rule is muted else rule for rule in RULES]
    monkeypatch.setattr(registry, "RULES", without_rule)
    assert any(messages(**case["change"]) != case["messages"] for case in cases_by_rule[muted.check.__name__])
