"""Every rule passes its passing examples and fails its failing ones, as JSON and as a plan of the AWS provider."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terraform_gate.configuration import Configuration, Stack, configuration_of
from terraform_gate.finding import Finding, Verdict
from terraform_gate.gate.example_roots import cases, write_common_root
from terraform_gate.reading.inputs import read
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.catalog import all_rules
from terraform_gate.testing import configuration_from
from terraform_harness import tools
from terraform_harness.terraform.run import Terraform

CASES = [pytest.param(case.rule, case.example, case.is_passing, case.name, id=case.name) for case in cases()]


def _assert_verdict(rule: Rule, example: Example, findings: list[Finding], *, good: bool) -> None:
    verdicts = {finding.verdict for finding in findings}
    said = [(finding.resource.address, str(finding.verdict), finding.message) for finding in findings]
    if good:
        assert verdicts == {Verdict.PASS}, f"{rule.id} does not pass {example.title!r}: {said}"
    else:
        assert Verdict.FAIL in verdicts, f"{rule.id} does not fail {example.title!r}: {said}"


@pytest.mark.feature("P1", "P5")
@pytest.mark.parametrize(("rule", "example", "good", "name"), CASES)
def test_examples_pass_and_fail_as_json(rule: Rule, example: Example, good: bool, name: str) -> None:
    configuration = configuration_from(example.resources, **example.extra)
    _assert_verdict(rule, example, list(rule.evaluate(configuration)), good=good)


@pytest.mark.feature("P5")
@pytest.mark.xdist_group("planned-examples")
@pytest.mark.parametrize(
    ("rule", "example", "good", "name"), [case for case in CASES if not case.values[1].not_plannable_because]
)
def test_examples_pass_and_fail_as_a_plan(
    rule: Rule, example: Example, good: bool, name: str, planned: Configuration
) -> None:
    findings = list(rule.evaluate(_module(planned, name, example)))
    if example.is_evaluated_on_plans:
        _assert_verdict(rule, example, findings, good=good)
    else:
        assert not findings, "a rule must have no finding where a plan lacks what it reads"


def _module(whole: Configuration, name: str, example: Example) -> Configuration:
    prefix = f"module.{name}."
    own = [item for item in whole.resources.values() if item.address.startswith(prefix)]
    assert own, f"the plan holds nothing of {name}"
    stack = Stack(name=own[0].stack, metadata=example.extra.get("//", {}))
    return configuration_of(own, stacks=[stack])


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    tools.require("terraform", "provider-mirror")
    return _planned(tmp_path_factory.mktemp("examples"))


def _planned(root: Path) -> Configuration:
    """One plan of all examples, each a module of one root."""
    write_common_root(root)
    runner = Terraform(root)
    runner.init(verify_once=True)
    (root / "plan.json").write_text(json.dumps(runner.show(runner.plan(refresh=False))))
    inputs = read([root / "plan.json"])
    assert not inputs.problems
    (configuration,) = inputs.configurations()
    return configuration


@pytest.mark.feature("P5")
def test_rule_has_all_texts_and_examples() -> None:
    for rule in all_rules():
        assert rule.why.endswith("."), rule.id
        assert rule.remediation, rule.id
        assert not rule.title.endswith("."), rule.id
        assert rule.passing, rule.id
        assert rule.failing, rule.id
        assert rule.resource_types, rule.id


@pytest.mark.feature("P5")
def test_referenced_checkov_checks_exist() -> None:
    from terraform_gate.checkov_engine.engine import checkov_ids

    named = {(rule.id, name) for rule in all_rules() for name in rule.references if name.startswith("CKV")}
    assert named
    assert {name for _, name in named} <= checkov_ids() | {"CKV_K8S_37", "CKV_AWS_41"}  # not about resources
