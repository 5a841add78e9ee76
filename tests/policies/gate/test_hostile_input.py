"""Hostile input gives a clear message and exit 2: no traceback, no hang, no control character on the terminal."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.policies.gate_inputs import CLEAN, PRIVILEGED, Folder, evaluated, run


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def _resource(value: str) -> str:
    return f'{{"resource": {{"aws_vpc": {{"main": {{"cidr_block": {value}}}}}}}}}'


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_resource("9" * 5000), "a number has more than 4300 digits"),
        (_resource("NaN"), "NaN is not JSON"),
        (_resource("-Infinity"), "-Infinity is not JSON"),
        (_resource("[" * 900 + "]" * 900), "nested too deeply"),
        ('{"//": {"waivers": 3}, "resource": {"aws_vpc": {"main": {}}}}', "waivers: a list is expected, got int"),
        ('{"resource": {"aws_vpc": {"main": {"//": {"waivers": "x"}}}}}', "waivers: a list is expected, got str"),
        ('{"//": {"flows": 3}, "resource": {"aws_vpc": {"main": {}}}}', "flows: a list is expected, got int"),
    ],
    ids=["long integer", "NaN", "infinity", "900 lists", "waivers", "waivers of a resource", "flows"],
)
def test_hostile_document_is_a_problem(folder: Folder, content: str, reason: str) -> None:
    report = evaluated(folder.text(content))
    assert report.exit_code == 2
    assert any(reason in problem.reason for problem in report.problems), report.problems
    assert not [problem for problem in report.problems if "Error" in problem.reason], report.problems


@pytest.mark.feature("P5")
@pytest.mark.parametrize("content", ["[{expires: 2027-13-45}]", "[" * 5000], ids=["date", "deep"])
def test_hostile_waiver_file_is_a_problem(folder: Folder, content: str) -> None:
    file = folder.text(content, stack="accepted", name="waivers.yaml")
    report = evaluated(folder.write(CLEAN), waiver_files=[file])
    assert [problem.where for problem in report.problems] == [str(file)]
    assert report.problems[0].reason.startswith("not YAML")


@pytest.mark.feature("P5")
def test_path_that_is_too_long_is_a_problem(folder: Folder) -> None:
    report = evaluated(folder.path / ("x" * 5000))
    assert [problem.reason for problem in report.problems] == ["File name too long"]


@pytest.mark.feature("P5")
def test_fifo_is_a_problem(folder: Folder) -> None:
    fifo = folder.path / "fifo.tf.json"
    os.mkfifo(fifo)
    for path in (fifo, folder.path):
        assert next(problem.reason for problem in evaluated(path).problems) == "not a regular file"


@pytest.mark.feature("P5")
def test_dangling_link_next_to_a_clean_root_is_a_problem(folder: Folder) -> None:
    link = folder.write(CLEAN).with_name("more.tf.json")
    link.symlink_to("nowhere.tf.json")
    assert [(problem.where, problem.reason) for problem in evaluated(folder.path).problems] == [
        (str(link), "No such file or directory")
    ]


@pytest.mark.feature("P5")
@pytest.mark.parametrize("format_", ["text", "json", "sarif", "junit", "github"])
def test_control_characters_and_lone_surrogates_are_escaped(folder: Folder, format_: str) -> None:
    (body,) = PRIVILEGED["aws_ecs_task_definition"].values()
    file = folder.write({"aws_ecs_task_definition": {"red\x1b[31m\x9b\ud800": dict(body)}})
    answer = run(str(file), "--format", format_, PYTHONIOENCODING="utf-8")
    assert "Traceback" not in answer.stderr
    assert answer.returncode in {1, 2}
    assert not [letter for letter in answer.stdout if letter in "\x1b\x9b"]
    if format_ in {"json", "sarif"}:
        json.loads(answer.stdout)
