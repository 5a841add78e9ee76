"""Every rule finds its mutant of the production environment, and passes the environment itself."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from terraform_gate.rules.catalog import all_rules
from terraform_harness.mutation.detectors import rules as violations

from environments import load_all
from tests.policies.rules.mutants.mutant import AIRFLOW, FOUNDATION, Documents, Mutant
from tests.policies.rules.rule_mutants import MUTANTS
from tests.synthesis import built


@pytest.fixture(scope="module")
def production() -> Documents:
    """The stacks of environments/prod.yaml, as main.py writes them."""
    (environment,) = [item for item in load_all() if item.name == "prod"]
    stacks = built(environment).stacks
    return {name: json.loads(json.dumps(stacks[name])) for name in (FOUNDATION, AIRFLOW)}


def _found(documents: Documents, folder: Path) -> frozenset[str]:
    for name, document in documents.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "cdk.tf.json").write_text(json.dumps(document))
    return violations([folder / name for name in documents])


@pytest.mark.feature("P5")
def test_production_passes_every_rule(production: Documents, tmp_path: Path) -> None:
    assert _found(production, tmp_path) == frozenset()


@pytest.mark.feature("P5")
@pytest.mark.parametrize("mutant", [pytest.param(item, id=item.rule) for item in MUTANTS])
def test_mutant_is_found_by_its_rule_and_expected_others(mutant: Mutant, production: Documents, tmp_path: Path) -> None:
    documents = copy.deepcopy(production)
    mutant.change(documents)
    found = {finding.split()[0] for finding in _found(documents, tmp_path)}
    assert mutant.rule in found, f"{mutant.rule} does not find: {mutant.title}; found by {sorted(found)}"
    assert found <= mutant.also | {mutant.rule}


@pytest.mark.feature("P5")
def test_every_rule_has_a_mutant() -> None:
    assert {rule.id for rule in all_rules()} == {item.rule for item in MUTANTS}
