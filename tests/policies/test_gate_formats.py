"""Reports for programs: what a reader of each format would notice."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from terraform_gate.gate.command import FORMATS
from terraform_gate.gate.outcome import Report
from terraform_gate.rules.shared.examples import container, task_definition
from terraform_gate.rules.shared.resources import merge

from tests.policies.gate_inputs import PRIVILEGED, Folder, judged, run


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """One fail, one thing not judged, one file that cannot be read."""
    folder = Folder(tmp_path)
    open_question = task_definition(container(privileged="${var.x}"), name="other")
    file = folder.write(merge(PRIVILEGED, open_question), variable={"x": {}})
    return judged(file, folder.text("{", stack="broken"))


@pytest.mark.feature("P7")
def test_json(report: Report) -> None:
    document = json.loads(FORMATS["json"](report))
    verdicts = {(item["rule"], item["address"]): item for item in document["findings"]}
    fail = verdicts["AF_ECS_1", "aws_ecs_task_definition.worker"]
    assert (fail["verdict"], fail["severity"], fail["stack"]) == ("fail", "critical", "app")
    assert '"worker": {' in Path(fail["file"]).read_text().splitlines()[fail["line"] - 1]
    assert verdicts["AF_ECS_1", "aws_ecs_task_definition.other"]["verdict"] == "not judged"
    assert (document["exit_code"], len(document["problems"])) == (2, 1)
    assert document["passed"] > 0


@pytest.mark.feature("P7")
def test_sarif(report: Report) -> None:
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
    unjudged = results["AF_ECS_1", "app//aws_ecs_task_definition.other"]
    assert (unjudged["kind"], unjudged["level"]) == ("open", "none")
    assert all(item["level"] == "none" or item["kind"] == "fail" for item in run_["results"]), (
        "SARIF 3.27.9 and 3.27.10"
    )
    (invocation,) = run_["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    assert "broken" in invocation["toolExecutionNotifications"][0]["message"]["text"]


@pytest.mark.feature("P7")
def test_junit(report: Report) -> None:
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
def test_github(report: Report) -> None:
    lines = FORMATS["github"](report).splitlines()
    assert all(line.startswith(("::error", "::warning")) for line in lines)
    (line,) = [line for line in lines if "title=AF_ECS_1 fail" in line]
    assert "aws_ecs_task_definition.worker" in line


@pytest.mark.feature("P7")
def test_report_file_is_whole_or_not_there(tmp_path: Path) -> None:
    file = Folder(tmp_path).write(PRIVILEGED)
    target = tmp_path / "reports" / "gate.sarif"
    answer = run(str(file), "--format", "sarif", "--output", str(target))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert json.loads(target.read_text())["version"] == "2.1.0"
    assert [item.name for item in target.parent.iterdir()] == ["gate.sarif"]


@pytest.mark.feature("P7")
def test_checkov_runs_the_rules_by_itself(tmp_path: Path) -> None:
    """`checkov --external-checks-dir .../checkov_adapter`, from a folder that knows nothing of this project."""
    import os
    import subprocess
    import sys

    from tests.policies.gate_inputs import ROOT

    folder = Folder(tmp_path)
    good = task_definition(container(), name="good")
    folder.write(merge(PRIVILEGED, good), stack="json")
    (tmp_path / "hcl").mkdir()
    (tmp_path / "hcl" / "main.tf").write_text(
        'resource "aws_ecs_task_definition" "bad" {\n  family = "bad"\n'
        '  container_definitions = jsonencode([{ name = "c", privileged = true }])\n}\n'
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [
        sys.executable,
        "-P",
        "-m",
        "checkov.main",
        "-d",
        str(tmp_path),
        "--external-checks-dir",
        str(ROOT / "policies/terraform_gate/checkov_adapter"),
    ]
    answer = subprocess.run(
        [*command, "--skip-download", "-c", "AF_ECS_1", "-o", "json"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=600,
        check=False,
    )
    assert "Cannot load external check" not in answer.stderr
    documents = json.loads(answer.stdout)
    reports = {
        item["check_type"]: item["results"] for item in (documents if isinstance(documents, list) else [documents])
    }
    failed = {kind: [item["resource"] for item in found["failed_checks"]] for kind, found in reports.items()}
    assert failed == {"terraform_json": ["resource.worker"], "terraform": ["aws_ecs_task_definition.bad"]}
    assert [item["resource"] for item in reports["terraform_json"]["passed_checks"]] == ["resource.good"]
