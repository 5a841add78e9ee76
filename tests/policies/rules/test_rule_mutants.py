"""Every rule has been seen to fail on our own production environment, by one small harm that it is there to notice."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from terraform_gate.rules.catalog import all_rules
from terraform_harness.mutation.detectors import rules as judged_by_our_rules

from environments import load_all
from tests.policies.rules.rule_mutants import AIRFLOW, FOUNDATION, MUTANTS, Documents, Mutant
from tests.synthesis import built


@pytest.fixture(scope="module")
def production() -> Documents:
    """The stacks of environments/prod.yaml, as main.py writes them."""
    (environment,) = [item for item in load_all() if item.name == "prod"]
    stacks = built(environment).stacks
    return {name: json.loads(json.dumps(stacks[name])) for name in (FOUNDATION, AIRFLOW)}


def _caught(documents: Documents, folder: Path) -> frozenset[str]:
    for name, document in documents.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "cdk.tf.json").write_text(json.dumps(document))
    return judged_by_our_rules([folder / name for name in documents])


@pytest.mark.feature("P5")
def test_production_passes_every_rule(production: Documents, tmp_path: Path) -> None:
    assert _caught(production, tmp_path) == frozenset()


@pytest.mark.feature("P5")
@pytest.mark.parametrize("mutant", [pytest.param(item, id=item.rule) for item in MUTANTS])
def test_mutant_is_found_by_its_rule_and_expected_others(mutant: Mutant, production: Documents, tmp_path: Path) -> None:
    documents = copy.deepcopy(production)
    mutant.change(documents)
    caught = {finding.split()[0] for finding in _caught(documents, tmp_path)}
    assert mutant.rule in caught, f"{mutant.rule} does not notice: {mutant.title}; caught by {sorted(caught)}"
    assert caught <= mutant.also | {mutant.rule}


@pytest.mark.feature("P5")
def test_every_rule_has_a_mutant() -> None:
    assert {rule.id for rule in all_rules()} == {item.rule for item in MUTANTS}
