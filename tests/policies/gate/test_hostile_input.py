"""Hostile input gives a clear message and exit 2: no traceback, no hang, no control character on the terminal."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from terraform_gate.finding import Verdict
from terraform_gate.reading.inputs import read

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
        (_resource("1e400"), "1e400 is too large"),
        (_resource("-Infinity"), "-Infinity is not JSON"),
        (_resource("[" * 900 + "]" * 900), "nested too deeply"),
        ('{"//": {"waivers": 3}, "resource": {"aws_vpc": {"main": {}}}}', "waivers: a list is expected, got int"),
        ('{"resource": {"aws_vpc": {"main": {"//": {"waivers": "x"}}}}}', "waivers: a list is expected, got str"),
        ('{"//": {"flows": 3}, "resource": {"aws_vpc": {"main": {}}}}', "flows: a list is expected, got int"),
    ],
    ids=["long integer", "NaN", "large number", "infinity", "900 lists", "waivers", "waivers of a resource", "flows"],
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
    reason = "File name too long. Fix: name a file or folder that can be read"
    assert [problem.reason for problem in report.problems] == [reason]


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
        (str(link), "No such file or directory. Fix: remove the link, or repair its target")
    ]


@pytest.mark.feature("P5")
def test_control_characters_and_lone_surrogates_are_escaped(folder: Folder) -> None:
    (body,) = PRIVILEGED["aws_ecs_task_definition"].values()
    file = folder.write({"aws_ecs_task_definition": {"red\x1b[31m\x9b\ud800": dict(body)}})
    formats = ("json", "sarif", "junit", "github")
    reports = {name: folder.path / f"report.{name}" for name in formats}
    answer = run(str(file), *(f"--report={name}={path}" for name, path in reports.items()))
    assert "Traceback" not in answer.stderr
    assert answer.returncode in {1, 2}
    texts = {"text": answer.stdout, **{name: path.read_text(encoding="utf-8") for name, path in reports.items()}}
    assert {name for name, text in texts.items() if {"\x1b", "\x9b"} & set(text)} == set()
    for name in ("json", "sarif"):
        json.loads(texts[name])


def _documents(of: dict[str, list[str]]) -> dict[str, object]:
    found = {}
    for name, others in of.items():
        included = [f"${{data.aws_iam_policy_document.{other}.json}}" for other in others]
        statement = [] if included else [{"actions": ["s3:*"], "resources": ["*"]}]
        found[name] = {"source_policy_documents": included, "statement": statement}
    return {"aws_iam_policy_document": found}


@pytest.mark.feature("P5")
@pytest.mark.parametrize("kind", ["circle", "multiplying"])
def test_documents_that_include_each_other_end(folder: Folder, kind: str) -> None:
    wide: dict[str, list[str]] = {"a0": [], "b0": []}
    wide |= {f"{side}{level}": [f"a{level - 1}", f"b{level - 1}"] for level in range(1, 16) for side in "ab"}
    data = {"circle": _documents({"a15": ["b"], "b": ["a15"]}), "multiplying": _documents(wide)}[kind]
    policy = {"name": "p", "policy": "${data.aws_iam_policy_document.a15.json}"}
    report = evaluated(folder.write({"aws_iam_policy": {"p": policy}}, data=data), seconds=300)
    assert not report.problems
    (found,) = [item.finding for item in report.outcomes if item.card.id == "AF_IAM_1"]
    expected = {"circle": "the document includes itself", "multiplying": "more than 10000 statements"}[kind]
    assert expected in found.message
    assert found.verdict is not Verdict.PASS


@pytest.mark.feature("P5")
def test_flow_that_is_no_flow_is_one_problem(folder: Folder) -> None:
    group = {"aws_security_group": {"a": {"vpc_id": "vpc-1", "description": "x"}}}
    report = evaluated(folder.write(group, **{"//": {"flows": [{"source": 3}]}}))
    (problem,) = report.problems
    assert problem.reason.startswith("\"//\".flows: {'source': 3} is not a flow. A flow has the keys source")


PLAN = {"format_version": "1.2", "planned_values": {}, "configuration": {}}


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ({"planned_values": {"root_module": []}}, "planned_values.root_module: an object is expected, got list"),
        (
            {"planned_values": {"root_module": {"resources": [{"address": "a.b"}]}}},
            "planned_values.root_module.resources[0].mode: text is expected, got NoneType",
        ),
        ({"configuration": {"root_module": {"module_calls": {"m": 1}}}}, "module_calls.m: an object is expected"),
        ({"resource_changes": [1]}, "resource_changes[0]: an object is expected, got int"),
    ],
)
def test_malformed_plan_is_a_problem_with_the_path(folder: Folder, part: dict[str, object], reason: str) -> None:
    (problem,) = evaluated(folder.text(json.dumps({**PLAN, **part}), name="plan.json")).problems
    assert reason in problem.reason


@pytest.mark.feature("P5")
def test_document_that_is_nested_too_deeply_is_no_policy(folder: Folder) -> None:
    deep = "[" * 5000 + "]" * 5000
    report = evaluated(folder.write({"aws_iam_policy": {"p": {"name": "p", "policy": deep}}}))
    assert "AF_IAM_1" in {item.card.id for item in report.of(Verdict.FAIL)}
    assert not report.problems


@pytest.mark.feature("P5")
def test_file_that_is_too_large_is_a_problem(folder: Folder) -> None:
    file = folder.text("", name="main.tf")
    os.truncate(file, 65 * 1024 * 1024)
    assert evaluated(file).problems[0].reason.startswith("larger than 64 MiB")


@pytest.mark.feature("P5")
def test_run_that_takes_too_long_is_a_problem(folder: Folder) -> None:
    (problem,) = evaluated(folder.write(CLEAN), seconds=0.0001).problems
    assert "not evaluated within 0.0001 s. Fix:" in problem.reason


@pytest.mark.feature("P5")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user and back")
def test_folder_that_cannot_be_read_is_a_problem(folder: Folder) -> None:
    file = folder.write(CLEAN, stack="closed")
    file.parent.chmod(0)
    ours = [parent for parent in folder.path.parents if parent.name.startswith(("pytest-", "popen-"))]
    for parent in [folder.path, *ours]:
        parent.chmod(0o755)
    os.seteuid(65534)
    try:
        inputs = read([folder.path])
    finally:
        os.seteuid(0)
    reason = "Permission denied. Fix: name a file or folder that can be read"
    assert [(problem.where, problem.reason) for problem in inputs.problems] == [(str(file.parent), reason)]
