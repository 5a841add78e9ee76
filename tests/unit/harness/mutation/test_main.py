"""The command line of mutation testing: reasons of survivors, and input that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terraform_harness.mutation import detectors, run
from terraform_harness.mutation.__main__ import main
from terraform_harness.mutation.accepted import AcceptedError, read_accepted
from terraform_harness.mutation.run import DetectorError

SURVIVORS = Path(__file__).parents[3] / "policies" / "mutation_survivors.yaml"
RESOURCES = {
    "aws_db_instance": {"d": {"multi_az": True, "deletion_protection": True}},
    "aws_ecs_task_definition": {"t": {"container_definitions": "${local.containers}"}, "u": {}},
}


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "cdk.tf.json").write_text(json.dumps({"resource": RESOURCES}))
    return folder


def _exit_code(stack: Path, *, accepted: Path | None = None, tests: list[str] | None = None) -> int:
    with pytest.raises(SystemExit) as ended:
        main([stack], operator="flip_switch", policies=not tests, checkov=False, tests=tests, accepted=accepted)
    return int(str(ended.value.code))


@pytest.mark.feature("H5")
def test_survivor_with_a_reason_is_accepted(stack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = stack.parent / "accepted.yaml"
    reasons = [{"mutants": ["*: aws_db_instance.d: flip_switch: *"], "reason": "checkov's rules report them"}]
    assert _exit_code(stack) == 1
    file.write_text(json.dumps(reasons))
    assert _exit_code(stack, accepted=file) == 0
    assert "survived with a reason" in capsys.readouterr().out.splitlines()[-1]
    file.write_text(json.dumps([{**reasons[0], "mutants": ["*: multi_az = false"]}]))
    assert _exit_code(stack, accepted=file) == 1
    assert "survived: app: aws_db_instance.d: flip_switch: deletion_protection = false" in capsys.readouterr().out


@pytest.mark.feature("H5")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Fix: give a YAML list"),
        ("3", "a list is expected"),
        ("[{mutants: ['*']}]", "entry 1: an object with mutants and reason"),
        ("[{mutants: [], reason: x}]", "entry 1: mutants: a list of patterns"),
        ("[{mutants: ['*'], reason: ' '}]", "entry 1: reason is empty"),
    ],
)
def test_reasons_that_cannot_be_read_are_named(
    stack: Path, text: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = stack.parent / "accepted.yaml"
    file.write_text(text)
    with pytest.raises(AcceptedError, match="accepted.yaml"):
        read_accepted(file)
    assert _exit_code(stack, accepted=file) == 2
    assert message in capsys.readouterr().out


@pytest.mark.feature("H5")
def test_every_accepted_survivor_of_this_project_has_a_reason() -> None:
    assert all(len(item.reason) > 40 for item in read_accepted(SURVIVORS))


@pytest.mark.feature("H5")
def test_missing_folder_and_tests_that_cannot_run_are_named(stack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _exit_code(stack.parent / "nowhere") == 2
    assert "no such stack; stacks in" in capsys.readouterr().out
    assert _exit_code(stack, tests=["no_such_test.py"]) == 2
    shown = capsys.readouterr().out
    assert "tests: pytest exits 4" in shown
    assert "on the unchanged stacks. Fix:" in shown


@pytest.mark.feature("H5")
@pytest.mark.parametrize(("words", "message"), [(("no-such-program",), "No such file"), (("false",), "false exits 1")])
def test_command_that_rejects_the_unchanged_stacks_is_an_error(stack: Path, words: tuple[str], message: str) -> None:
    with pytest.raises(DetectorError, match=message):
        run([stack], detectors={"command": detectors.command(*words)})
