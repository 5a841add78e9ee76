"""The gate's three verdicts and its exit codes; a value that is not read never counts as a pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terraform_gate.finding import Finding, Verdict, worst
from terraform_gate.gate.evaluation import WAIVER_CARD
from terraform_gate.gate.outcome import joined
from terraform_gate.rules.shared.examples import container, task_definition
from terraform_gate.terraform_resource import Resource

from tests.policies.gate_inputs import CLEAN, POLICIES, PRIVILEGED, Folder, evaluated, failing, run


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.feature("P5")
def test_clean_root_exits_0(folder: Folder) -> None:
    report = evaluated(folder.write(CLEAN))
    assert (report.exit_code, failing(report), report.resources) == (0, set(), 1)


@pytest.mark.feature("P5")
def test_finding_exits_1(folder: Folder) -> None:
    report = evaluated(folder.write(PRIVILEGED))
    assert report.exit_code == 1
    assert ("AF_ECS_1", "aws_ecs_task_definition.worker") in failing(report)


@pytest.mark.feature("P5")
def test_required_version_hides_no_resource(folder: Folder) -> None:
    file = folder.write(PRIVILEGED, terraform={"required_version": ">= 1.11.0", "required_providers": {"aws": {}}})
    assert ("AF_ECS_1", "aws_ecs_task_definition.worker") in failing(evaluated(file))


@pytest.mark.feature("P5")
def test_list_shaped_blocks_hide_no_resource(folder: Folder) -> None:
    (body,) = PRIVILEGED["aws_ecs_task_definition"].values()
    file = folder.text(
        json.dumps(
            {
                "variable": [{"cpu": {"default": "512"}}],
                "resource": [{"aws_ecs_task_definition": [{"worker": {**body, "cpu": "${var.cpu}"}}]}],
            }
        )
    )
    assert ("AF_ECS_1", "aws_ecs_task_definition.worker") in failing(evaluated(file))


@pytest.mark.feature("P5")
def test_checkov_alone_reads_no_file_with_required_version(folder: Folder) -> None:
    """The reason for our own reader; this test fails when checkov learns to read such files."""
    import os
    import subprocess
    import sys

    file = folder.write(PRIVILEGED, terraform={"required_version": ">= 1.11.0"})
    command = [sys.executable, "-m", "checkov.main", "-f", str(file), "--skip-download", "--compact", "-o", "json"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env=dict(os.environ))
    assert answer.returncode == 0
    summary = json.loads(answer.stdout)
    assert (summary.get("summary", summary)["parsing_errors"], summary.get("summary", summary)["failed"]) == (1, 0)


@pytest.mark.feature("P5")
def test_unknown_value_is_unknown(folder: Folder) -> None:
    tasks = task_definition(container(privileged="${var.privileged}"))
    report = evaluated(folder.write(tasks, variable={"privileged": {"type": "bool"}}))
    assert report.exit_code == 2
    (outcome,) = [item for item in report.of(Verdict.UNKNOWN) if item.card.id == "AF_ECS_1"]
    assert "privileged is not known" in outcome.finding.message


@pytest.mark.feature("P5")
def test_default_of_a_variable_is_evaluated(folder: Folder) -> None:
    tasks = task_definition(container())
    tasks["aws_ecs_task_definition"]["worker"]["container_definitions"] = "${var.containers}"
    default = PRIVILEGED["aws_ecs_task_definition"]["worker"]["container_definitions"]
    report = evaluated(folder.write(tasks, variable={"containers": {"default": default}}))
    assert ("AF_ECS_1", "aws_ecs_task_definition.worker") in failing(report)


@pytest.mark.feature("P5")
def test_pass_of_checkov_on_an_unknown_value_is_no_pass(folder: Folder) -> None:
    database = {"storage_encrypted": "${var.encrypted}", "engine": "postgres"}
    report = evaluated(folder.write({"aws_db_instance": {"main": database}}, variable={"encrypted": {"type": "bool"}}))
    verdicts = {item.card.id: item.verdict for item in report.outcomes}
    assert verdicts["CKV_AWS_16"] is not Verdict.PASS


@pytest.mark.feature("P5")
def test_checkov_rules_read_policies_that_are_strings(folder: Folder) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    report = evaluated(folder.write({"aws_iam_policy": {"all": {"name": "all", "policy": document}}}))
    assert {"CKV_AWS_62", "CKV_AWS_63", "CKV_AWS_286", "AF_IAM_3"} <= {rule for rule, _ in failing(report)}


@pytest.mark.feature("P5")
def test_exception_of_a_rule_is_a_problem(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    from terraform_gate.rules.ecs.privileged import rule

    def crash_with_key_error(_: object) -> list[Finding]:
        raise KeyError("surprise")

    monkeypatch.setattr(rule, "evaluate", crash_with_key_error)
    report = evaluated(folder.write(CLEAN))
    assert report.exit_code == 2
    assert any("AF_ECS_1" in problem.where and "surprise" in problem.reason for problem in report.problems)


@pytest.mark.feature("P5")
def test_exception_of_a_checkov_check_is_a_problem(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """checkov alone ignores the exception: the resource then neither passes nor fails."""
    from checkov.terraform.checks.resource.aws.CloudWatchLogGroupRetention import check

    def crash(_: object) -> None:
        raise RuntimeError("crash")

    monkeypatch.setattr(check, "scan_resource_conf", crash)
    report = evaluated(folder.write(CLEAN))
    assert report.exit_code == 2
    assert any("CKV_AWS_66" in problem.reason for problem in report.problems)


@pytest.mark.feature("P5")
def test_stacks_that_read_each_other_are_evaluated_together(folder: Folder) -> None:
    backend = {"backend": {"s3": {"bucket": "states", "key": "{}.tfstate", "region": "eu-central-1"}}}
    reads = {"backend": "s3", "config": {"bucket": "states", "key": "base.tfstate", "region": "eu-central-1"}}
    repository = {"aws_ecr_repository": {"airflow": {"name": "airflow", "image_tag_mutability": "MUTABLE"}}}
    image = "${data.terraform_remote_state.base.outputs.url}:3.3.2-1"
    base = folder.write(
        repository,
        stack="base",
        terraform=json.loads(json.dumps(backend).replace("{}", "base")),
        output={"url": {"value": "${aws_ecr_repository.airflow.repository_url}"}},
    )
    app = folder.write(
        task_definition(container(image=image)),
        terraform=json.loads(json.dumps(backend).replace("{}", "app")),
        data={"terraform_remote_state": {"base": reads}},
    )
    together, alone = evaluated(base, app), evaluated(app)
    assert ("AF_ECS_9", "aws_ecs_task_definition.worker") in failing(together)
    assert {item.verdict for item in alone.outcomes if item.card.id == "AF_ECS_9"} == {Verdict.UNKNOWN}


@pytest.mark.feature("P5")
def test_findings_of_equal_addresses_in_two_stacks_are_not_merged(folder: Folder) -> None:
    dev, prod = folder.write(PRIVILEGED, stack="dev-airflow"), folder.write(CLEAN, stack="prod-airflow")
    report = evaluated(dev, prod)
    stacks = {item.finding.resource.stack for item in report.outcomes if item.card.id == "AF_ECS_1" and item.is_open}
    assert (stacks, set(report.stacks)) == ({"dev-airflow"}, {"dev-airflow", "prod-airflow"})


@pytest.mark.feature("P5")
def test_gate_opens_no_connection(folder: Folder) -> None:
    """With sockets disabled the gate still passes."""
    (folder.path / "sitecustomize.py").write_text(
        "import socket\n"
        "def fail(*_, **__):\n    raise SystemExit('the gate opened a connection')\n"
        "socket.socket.connect = fail\nsocket.create_connection = fail\nsocket.getaddrinfo = fail\n"
    )
    answer = run(str(folder.write(CLEAN)), PYTHONPATH=f"{folder.path}:{POLICIES}")
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.feature("P7")
def test_command_prints_the_finding_with_its_fix(folder: Folder) -> None:
    answer = run(str(folder.write(PRIVILEGED)))
    assert answer.returncode == 1
    assert "FAIL AF_ECS_1 (critical) app: aws_ecs_task_definition.worker" in answer.stdout
    assert "Fix:" in answer.stdout
    assert "Traceback" not in answer.stdout + answer.stderr


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("on_json", "on_plan", "together"),
    [
        ("pass", "pass", "pass"),
        ("unknown", "pass", "pass"),
        ("unknown", "fail", "fail"),
        ("unknown", "unknown", "unknown"),
        ("fail", "pass", "fail"),
        ("pass", "fail", "fail"),
        ("pass", "unknown", "pass"),
        ("fail", "unknown", "fail"),
    ],
)
def test_json_and_plan_are_merged_by_address(on_json: str, on_plan: str, together: str) -> None:
    """A plan resolves what is unknown in JSON; it never removes a fail."""
    resource = Resource(stack="app", address="aws_vpc.main", type="aws_vpc", name="main", body={})
    counted = Resource(stack="app", address="aws_vpc.main[0]", type="aws_vpc", name="main", body={}, is_planned=True)
    for planned in (resource, counted):
        found = [
            (0, WAIVER_CARD, Finding(resource, Verdict(on_json))),
            (1, WAIVER_CARD, Finding(planned, Verdict(on_plan))),
        ]
        assert worst([item.finding for item in joined(found)]).verdict == together
