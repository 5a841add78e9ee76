"""Each report format contains the findings as its readers expect them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from terraform_gate.gate.command import FORMATS, main
from terraform_gate.gate.outcome import Report
from terraform_gate.rules.shared.examples import container, task_definition

from tests.policies.gate_inputs import CLEAN, PRIVILEGED, Folder, evaluated, run, task_definitions


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """A report with a fail, an unknown and a file that cannot be read."""
    folder = Folder(tmp_path)
    unknown = task_definition(container(privileged="${var.x}"), name="other")
    file = folder.write(task_definitions(PRIVILEGED, unknown), variable={"x": {}})
    return evaluated(file, folder.text("{", stack="broken"))


@pytest.mark.feature("P7")
def test_json_has_verdicts_lines_and_problems(report: Report) -> None:
    document = json.loads(FORMATS["json"](report))
    verdicts = {(item["rule"], item["address"]): item for item in document["findings"]}
    fail = verdicts["AF_ECS_1", "aws_ecs_task_definition.worker"]
    assert (fail["verdict"], fail["severity"], fail["stack"]) == ("fail", "critical", "app")
    assert '"worker": {' in Path(fail["file"]).read_text().splitlines()[fail["line"] - 1]
    assert verdicts["AF_ECS_1", "aws_ecs_task_definition.other"]["verdict"] == "unknown"
    assert (document["exit_code"], len(document["problems"])) == (2, 1)
    assert document["verdicts"]["pass"] > 0


@pytest.mark.feature("P7")
def test_sarif_has_kinds_levels_and_notifications(report: Report) -> None:
    (run_,) = json.loads(FORMATS["sarif"](report))["runs"]
    rules = run_["tool"]["driver"]["rules"]
    results = {
        (item["ruleId"], item["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]): item
        for item in run_["results"]
    }
    fail = results["AF_ECS_1", "app//aws_ecs_task_definition.worker"]
    assert (fail["kind"], fail["level"]) == ("fail", "error")
    assert rules[fail["ruleIndex"]]["id"] == "AF_ECS_1"
    assert fail["locations"][0]["physicalLocation"]["region"]["startLine"] > 1
    unknown = results["AF_ECS_1", "app//aws_ecs_task_definition.other"]
    assert (unknown["kind"], unknown["level"]) == ("open", "none")
    assert all(item["level"] == "none" or item["kind"] == "fail" for item in run_["results"]), (
        "SARIF 3.27.9 and 3.27.10"
    )
    (invocation,) = run_["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    assert "broken" in invocation["toolExecutionNotifications"][0]["message"]["text"]


@pytest.mark.feature("P7")
def test_junit_has_failures_and_errors(report: Report) -> None:
    root = ET.fromstring(FORMATS["junit"](report))  # noqa: S314  our own
    suites = {suite.get("name"): suite for suite in root}
    app = suites["app"]
    assert int(app.get("failures", 0)) == len(app.findall("./testcase/failure")) > 0
    assert int(app.get("errors", 0)) == len(app.findall("./testcase/error")) > 0
    assert int(app.get("tests", 0)) == len(app.findall("./testcase"))
    (case,) = [item for item in app if item.get("classname") == "AF_ECS_1" and item.find("failure") is not None]
    assert "aws_ecs_task_definition.worker" in case.get("name", "")
    assert suites["inputs"].get("errors") == "1"


@pytest.mark.feature("P7")
def test_github_has_a_command_for_each_finding(report: Report) -> None:
    lines = FORMATS["github"](report).splitlines()
    assert all(line.startswith(("::error", "::warning")) for line in lines)
    (line,) = [line for line in lines if "title=AF_ECS_1 fail" in line]
    assert "aws_ecs_task_definition.worker" in line


@pytest.mark.feature("P7")
def test_report_file_is_written_without_temporary_files(tmp_path: Path) -> None:
    file = Folder(tmp_path).write(PRIVILEGED)
    target = tmp_path / "reports" / "gate.sarif"
    answer = run(str(file), "--format", "sarif", "--output", str(target))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert json.loads(target.read_text())["version"] == "2.1.0"
    assert [item.name for item in target.parent.iterdir()] == ["gate.sarif"]


@pytest.mark.feature("P7")
def test_report_that_cannot_be_written_exits_2(tmp_path: Path) -> None:
    file = Folder(tmp_path).write(PRIVILEGED)
    answer = run(str(file), "--output", str(tmp_path))
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == f"--output {tmp_path}: Is a directory. Fix: name a file in a folder that can be written\n"


@pytest.mark.feature("P7")
def test_stack_trace_of_a_construct_moves_annotations_to_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    program, installed = tmp_path / "stacks" / "worker.py", tmp_path / "site-packages" / "cdktf.py"
    for file in (program, installed):
        file.parent.mkdir()
        file.touch()
    frames = [f"new Task ({installed}:1)", "new Task (/tmp/elsewhere.js:2:3)", 7, f"worker ({program}:42)"]
    resources = json.loads(json.dumps(PRIVILEGED))
    resources["aws_ecs_task_definition"]["worker"]["//"] = {"metadata": {"path": "a/b", "stackTrace": frames}}
    found = evaluated(Folder(tmp_path).write(resources))
    assert f"file={program},line=42,title=AF_ECS_1 fail" in FORMATS["github"](found)
    locations = [
        result["locations"][0]["physicalLocation"]
        for result in json.loads(FORMATS["sarif"](found))["runs"][0]["results"]
    ]
    assert {"artifactLocation": {"uri": "stacks/worker.py"}, "region": {"startLine": 42}} in locations


def test_unknown_format_of_a_further_report_is_rejected(tmp_path: Path) -> None:
    answer = run("x", "--report", "pdf=report.pdf", cwd=tmp_path)
    assert answer.returncode == 2
    assert (
        "must be FORMAT=FILE with a format of text, json, sarif, junit, github, got 'pdf=report.pdf'" in answer.stderr
    )


def test_further_report_that_cannot_be_written_is_not_hidden(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    path = Folder(tmp_path).write(CLEAN)
    assert main([str(path), "--report", f"sarif={tmp_path}/file/gate.sarif", "--format", "github"]) == 2
    assert "file/gate.sarif" in capsys.readouterr().err
