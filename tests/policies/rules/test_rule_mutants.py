"""Every rule finds its mutant of the production environment, and passes the environment itself."""

from __future__ import annotations

import json

import pytest
from terraform_gate.rules.catalog import all_rules
from terraform_harness.mutation import findings
from terraform_harness.mutation.detectors import rules as violations

from environments import load_all
from tests.policies.rules.mutants.mutant import AIRFLOW, FOUNDATION, Documents, RuleMutant
from tests.policies.rules.rule_mutants import MUTANTS
from tests.synthesis import built


@pytest.fixture(scope="module")
def production() -> Documents:
    """The stacks of environments/prod.yaml, as main.py writes them."""
    (environment,) = [item for item in load_all() if item.name == "prod"]
    stacks = built(environment).stacks
    return {name: json.loads(json.dumps(stacks[name])) for name in (FOUNDATION, AIRFLOW)}


@pytest.mark.feature("P5")
def test_production_passes_every_rule(production: Documents) -> None:
    assert findings(production, violations) == frozenset()


@pytest.mark.feature("P5", "H5")
@pytest.mark.parametrize("expected", [pytest.param(item, id=item.rule) for item in MUTANTS])
def test_mutant_is_found_by_its_rule_and_expected_others(expected: RuleMutant, production: Documents) -> None:
    mutant = expected.make(production)
    found = {finding.split()[0] for finding in findings(production | dict(mutant.documents), violations)}
    assert expected.rule in found, f"{expected.rule} does not find: {mutant}; found by {sorted(found)}"
    assert found <= expected.also | {expected.rule}


@pytest.mark.feature("P5")
def test_every_rule_has_a_mutant() -> None:
    assert {rule.id for rule in all_rules()} == {item.rule for item in MUTANTS}
