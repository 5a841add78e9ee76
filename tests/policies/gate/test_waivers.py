"""Waivers accept findings while they are valid; invalid and unneeded waivers fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.finding import Verdict

from tests.policies.gate_inputs import CLEAN, PRIVILEGED, TODAY, Folder, evaluated, failing, run

ADDRESS = "aws_ecs_task_definition.worker"
WAIVER = {
    "rule": "AF_ECS_1",
    "address": ADDRESS,
    "reason": "A profiler runs in it until the release.",
    "owner": "data platform",
    "expires": (TODAY + timedelta(days=30)).isoformat(),
}
FINDING = ("AF_ECS_1", ADDRESS)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.feature("P6")
def test_waiver_in_the_environment_is_applied_and_reported(folder: Folder) -> None:
    file = folder.write(PRIVILEGED, **{"//": {"waivers": [WAIVER]}})
    report = evaluated(file)
    assert FINDING not in failing(report)
    assert [(item.card.id, item.verdict) for item in report.waived] == [("AF_ECS_1", Verdict.FAIL)]
    sarif = json.loads(run(str(file), "--format", "sarif", "--today", TODAY.isoformat()).stdout)
    (shown,) = [item for item in sarif["runs"][0]["results"] if item["ruleId"] == "AF_ECS_1"]
    assert "A profiler runs in it" in shown["suppressions"][0]["justification"]


@pytest.mark.feature("P6")
def test_waiver_on_the_resource_needs_no_address(folder: Folder) -> None:
    waiver = {key: value for key, value in WAIVER.items() if key != "address"}
    body = {**PRIVILEGED["aws_ecs_task_definition"]["worker"], "//": {"waivers": [waiver]}}
    report = evaluated(folder.write({"aws_ecs_task_definition": {"worker": body}}))
    assert FINDING not in failing(report)


@pytest.mark.feature("P6")
@pytest.mark.parametrize("name", ["waivers.yaml", "waivers.json"])
def test_waiver_file_is_applied(folder: Folder, name: str) -> None:
    file = folder.text(json.dumps([WAIVER]), stack="accepted", name=name)
    report = evaluated(folder.write(PRIVILEGED), waiver_files=[file])
    assert FINDING not in failing(report)


@pytest.mark.feature("P6")
def test_waiver_of_one_stack_is_not_applied_to_another(folder: Folder) -> None:
    file = folder.text(json.dumps([{**WAIVER, "stack": "dev"}]), stack="accepted", name="waivers.json")
    paths = [folder.write(PRIVILEGED, stack=stack) for stack in ("dev", "prod")]
    report = evaluated(*paths, waiver_files=[file])
    unwaived = {item.finding.resource.stack for item in report.outcomes if item.card.id == "AF_ECS_1" and item.is_open}
    assert unwaived == {"prod"}


@pytest.mark.feature("P6")
def test_equal_waivers_in_two_stacks_count_once(folder: Folder) -> None:
    state = {"bucket": "states", "region": "eu-central-1"}
    backend = {"backend": {"s3": {**state, "key": "base"}}}
    reads = {"terraform_remote_state": {"base": {"backend": "s3", "config": {**state, "key": "base"}}}}
    base = folder.write(CLEAN, stack="base", terraform=backend, **{"//": {"waivers": [WAIVER]}})
    app = folder.write(PRIVILEGED, data=reads, **{"//": {"waivers": [WAIVER]}})
    report = evaluated(base, app)
    assert {rule for rule, _ in failing(report)} & {"AF_ECS_1", "AF_WAIVER_1"} == set()


@pytest.mark.feature("P6")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"expires": (TODAY - timedelta(days=1)).isoformat()}, "expired on"),
        ({"reason": " "}, "has no reason"),
        ({"owner": ""}, "has no owner"),
    ],
)
def test_invalid_waiver_fails_like_the_finding(folder: Folder, change: Mapping[str, str], message: str) -> None:
    report = evaluated(folder.write(PRIVILEGED, **{"//": {"waivers": [{**WAIVER, **change}]}}))
    assert report.exit_code == 1
    assert {FINDING, ("AF_WAIVER_1", ADDRESS)} <= failing(report)
    assert any(message in item.finding.message for item in report.outcomes)


@pytest.mark.feature("P6")
def test_waiver_is_valid_on_its_last_day(folder: Folder) -> None:
    report = evaluated(folder.write(PRIVILEGED, **{"//": {"waivers": [{**WAIVER, "expires": TODAY.isoformat()}]}}))
    assert FINDING not in failing(report)


@pytest.mark.feature("P6")
def test_unused_waiver_fails(folder: Folder) -> None:
    report = evaluated(folder.write(CLEAN, **{"//": {"waivers": [WAIVER]}}))
    assert (report.exit_code, failing(report)) == (1, {("AF_WAIVER_1", ADDRESS)})


@pytest.mark.feature("P6")
@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({**WAIVER, "rule": "AF_ECS_999"}, "there is no rule 'AF_ECS_999'"),
        ({**WAIVER, "expires": "next year"}, "a date like 2027-01-31 is expected"),
        ({key: value for key, value in WAIVER.items() if key != "address"}, "address missing"),
        ({**WAIVER, "until": "2027-01-01"}, "unknown: until"),
        ("AF_ECS_1", "an object with rule, address"),
    ],
)
def test_malformed_waiver_exits_2(folder: Folder, entry: Any, reason: str) -> None:
    report = evaluated(folder.write(PRIVILEGED, **{"//": {"waivers": [entry]}}))
    assert report.exit_code == 2
    assert any(reason in problem.reason for problem in report.problems), report.problems


@pytest.mark.feature("P6")
@pytest.mark.parametrize(("content", "reason"), [("a: [", "not YAML"), ("3", "a list of waivers"), ("", "a list")])
def test_malformed_waiver_file_exits_2(folder: Folder, content: str, reason: str) -> None:
    file = folder.text(content, stack="accepted", name="waivers.yaml")
    for waivers, expected in ((file, reason), (folder.path / "nowhere.yaml", "No such file")):
        report = evaluated(folder.write(CLEAN), waiver_files=[waivers])
        assert report.exit_code == 2
        assert any(expected in problem.reason for problem in report.problems), report.problems
