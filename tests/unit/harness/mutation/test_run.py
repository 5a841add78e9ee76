"""Mutants are deterministic, and each is detected or listed as a survivor."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.mutation import detectors, mutants, run
from terraform_harness.mutation.run import NothingToMutate

ASSUME = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
CONTAINER = {"name": "a", "image": "a@sha256:0", "secrets": [{"name": "P", "valueFrom": "x"}], "user": "50000"}
STACK: dict[str, Any] = {
    "resource": {
        "aws_vpc_security_group_ingress_rule": {
            "r": {"cidr_ipv4": "10.0.0.0/16", "from_port": 5432, "to_port": 5432, "description": "why"}
        },
        "aws_iam_role": {"r": {"assume_role_policy": json.dumps({"Statement": [ASSUME | {"Condition": {"a": "b"}}]})}},
        "aws_db_instance": {"d": {"storage_encrypted": True, "kms_key_id": "${aws_kms_key.k.arn}"}},
        "aws_elasticache_replication_group": {"b": {"at_rest_encryption_enabled": "true"}},
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
    assert [str(mutant) for mutant in mutants({"one": STACK})] == [str(mutant) for mutant in mutants({"one": STACK})]
    assert json.dumps(STACK) == before


@pytest.mark.feature("H5")
def test_each_mutant_differs_from_the_original_in_one_resource() -> None:
    for mutant in mutants({"one": STACK}):
        type_, name = mutant.address.split(".")
        assert mutant.documents["one"] != STACK
        others = {key: value for key, value in mutant.documents["one"]["resource"].items() if key != type_}
        assert others == {key: value for key, value in STACK["resource"].items() if key != type_}
        assert name in str(mutant)


@pytest.mark.feature("H5")
@pytest.mark.parametrize(
    ("operator", "change"),
    [
        ("open_to_internet", "cidr_ipv4 = 0.0.0.0/0"),
        ("drop_rule", "removed"),
        ("every_port", "from_port = 0, to_port = 65535"),
        ("any_principal", "Principal = * in statement 0"),
        ("no_condition", "no Condition in statement 0"),
        ("flip_switch", "storage_encrypted = false"),
        ("flip_switch", "at_rest_encryption_enabled = false"),
        ("drop_key", "no kms_key_id"),
        ("container", "a: secret in plain text"),
        ("container", "a: image latest"),
        ("container", "a: root"),
    ],
)
def test_operator_makes_the_change(operator: str, change: str) -> None:
    assert (operator, change) in {(mutant.operator, mutant.change) for mutant in mutants({"one": STACK})}


def encryption(folders: Sequence[Path]) -> frozenset[str]:
    return (
        frozenset() if all('"storage_encrypted": true' in _text(folder) for folder in folders) else frozenset({"plain"})
    )


def _text(folder: Path) -> str:
    return (folder / "cdk.tf.json").read_text()


@pytest.mark.feature("H5")
def test_detected_mutant_names_its_detector_and_others_survive(stack: Path) -> None:
    results = run([stack], detectors={"encryption": encryption})
    detected = [result for result in results if not result.survived]
    assert [(result.mutant.change, result.detected_by) for result in detected] == [
        ("storage_encrypted = false", frozenset({"encryption: plain"}))
    ]
    assert len(results) > 10


@pytest.mark.feature("H5")
def test_finding_about_the_original_detects_no_mutant(stack: Path) -> None:
    assert all(result.survived for result in run([stack], detectors={"always": lambda _: frozenset({"sick"})}))


@pytest.mark.feature("H5")
def test_command_detects_by_its_exit_code(stack: Path) -> None:
    detector = detectors.command("sh", "-c", 'grep -q "\\"storage_encrypted\\": true" "$STACKS/cdk.tf.json"')
    detected = [result.mutant.change for result in run([stack], detectors={"grep": detector}) if not result.survived]
    assert detected == ["storage_encrypted = false"]


@pytest.mark.feature("H5")
def test_stack_without_a_mutant_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "cdk.tf.json").write_text("{}")
    with pytest.raises(NothingToMutate, match="empty: no mutant can be generated"):
        run([tmp_path / "empty"], detectors={})
