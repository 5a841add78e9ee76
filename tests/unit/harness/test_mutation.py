"""Mutants are the same every time, and each is noticed by somebody or listed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.mutation import detectors, mutants, run
from terraform_harness.mutation.run import SickOriginal

ASSUME = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
CONTAINER = {"name": "a", "image": "a@sha256:0", "secrets": [{"name": "P", "valueFrom": "x"}], "user": "50000"}
STACK: dict[str, Any] = {
    "resource": {
        "aws_vpc_security_group_ingress_rule": {
            "r": {"cidr_ipv4": "10.0.0.0/16", "from_port": 5432, "to_port": 5432, "description": "why"}
        },
        "aws_iam_role": {"r": {"assume_role_policy": json.dumps({"Statement": [ASSUME | {"Condition": {"a": "b"}}]})}},
        "aws_db_instance": {"d": {"storage_encrypted": True, "kms_key_id": "${aws_kms_key.k.arn}"}},
        "aws_ecs_task_definition": {"t": {"container_definitions": json.dumps([CONTAINER])}},
    }
}


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "cdk.tf.json").write_text(json.dumps(STACK))
    return folder


@pytest.mark.feature("H5")
def test_mutants_are_deterministic_and_leave_the_original_alone() -> None:
    before = json.dumps(STACK)
    assert [str(one) for one in mutants("one", STACK)] == [str(one) for one in mutants("one", STACK)]
    assert json.dumps(STACK) == before


@pytest.mark.feature("H5")
def test_each_mutant_differs_from_the_original_in_one_resource() -> None:
    for mutant in mutants("one", STACK):
        kind, name = mutant.address.split(".")
        assert mutant.document != STACK
        others = {key: value for key, value in mutant.document["resource"].items() if key != kind}
        assert others == {key: value for key, value in STACK["resource"].items() if key != kind}
        assert name in str(mutant)


@pytest.mark.feature("H5")
@pytest.mark.parametrize(
    ("operator", "change"),
    [
        ("open_to_the_world", "cidr_ipv4 = 0.0.0.0/0"),
        ("drop_rule", "removed"),
        ("every_port", "from_port = 0, to_port = 65535"),
        ("any_principal", "Principal = * in statement 0"),
        ("no_condition", "no Condition in statement 0"),
        ("flip_switch", "storage_encrypted = false"),
        ("drop_key", "no kms_key_id"),
        ("container", "a: secret in the open"),
        ("container", "a: image latest"),
        ("container", "a: root"),
    ],
)
def test_operator_makes_the_change(operator: str, change: str) -> None:
    assert (operator, change) in {(one.operator, one.change) for one in mutants("one", STACK)}


def encryption(folders: Sequence[Path]) -> frozenset[str]:
    return frozenset() if all('"storage_encrypted": true' in _text(one) for one in folders) else frozenset({"plain"})


def _text(folder: Path) -> str:
    return (folder / "cdk.tf.json").read_text()


@pytest.mark.feature("H5")
def test_noticed_mutant_names_its_killer_and_the_others_survive(stack: Path) -> None:
    results = run([stack], judges={"encryption": encryption})
    killed = [one for one in results if not one.survived]
    assert [(one.mutant.change, one.killers) for one in killed] == [
        ("storage_encrypted = false", frozenset({"encryption: plain"}))
    ]
    assert len(results) > 10


@pytest.mark.feature("H5")
def test_complaint_about_the_original_kills_nobody(stack: Path) -> None:
    assert all(one.survived for one in run([stack], judges={"always": lambda _: frozenset({"sick"})}))


@pytest.mark.feature("H5")
def test_command_judges_by_its_exit_code(stack: Path) -> None:
    judge = detectors.command("sh", "-c", 'grep -q "\\"storage_encrypted\\": true" "$STACKS/cdk.tf.json"')
    killed = [one.mutant.change for one in run([stack], judges={"grep": judge}) if not one.survived]
    assert killed == ["storage_encrypted = false"]


@pytest.mark.feature("H5")
def test_stack_without_a_mutant_is_not_a_pass(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "cdk.tf.json").write_text("{}")
    with pytest.raises(SickOriginal, match="no mutant of empty"):
        run([tmp_path / "empty"], judges={})
