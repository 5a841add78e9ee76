"""Every network rule tells its examples apart, says what it cannot know, and ends in bounded time."""

from __future__ import annotations

import pytest
from terraform_gate.finding import Verdict
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.catalog import all_rules
from terraform_gate.testing import configuration_from

RULES = [rule for rule in all_rules() if rule.id.startswith(("AF_SG_", "AF_NACL_", "AF_NET_"))]
PASSING = [(rule, example) for rule in RULES for example in rule.passing]
FAILING = [(rule, example) for rule in RULES for example in rule.failing]


def name(value: object) -> str:
    return value.id if isinstance(value, Rule) else getattr(value, "title", "").replace(" ", "-")


def verdicts(rule: Rule, example: Example) -> set[Verdict]:
    extra = {("//" if key == "//" else key): value for key, value in example.extra.items()}
    return {finding.verdict for finding in rule.evaluate(configuration_from(example.resources, **extra))}


@pytest.mark.feature("P1")
@pytest.mark.parametrize(("rule", "example"), PASSING, ids=name)
def test_passing_examples_pass(rule: Rule, example: Example) -> None:
    assert verdicts(rule, example) == {Verdict.PASS}


@pytest.mark.feature("P1")
@pytest.mark.parametrize(("rule", "example"), FAILING, ids=name)
def test_failing_examples_fail(rule: Rule, example: Example) -> None:
    assert Verdict.FAIL in verdicts(rule, example)
