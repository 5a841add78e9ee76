"""Every permission of the task roles and CI roles is needed by a recorded request or has a reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terraform_harness.emulator.iam import DecisionReport, Taken

from local.permissions import __main__ as command
from local.permissions import reasons, record
from local.permissions.__main__ import main
from local.permissions.page import PAGE, page
from local.permissions.usage import Usage, short_name, usages
from tests.reading import statements
from tests.synthesis import deployed

ROLE = "arn:aws:iam::{}:role/airflow-ci/airflow-ci-deploy"
TASK = "arn:aws:iam::111111111111:role/airflow/airflow-live-worker-default-task"


def report(account: str, *used: tuple[str, str], role: str = ROLE) -> DecisionReport:
    statements = [
        {"Effect": "Deny", "Action": ["s3:DeleteBucket"], "Resource": ["*"]},
        {"Effect": "Allow", "Action": ["s3:Get*", "s3:PutObject"], "Resource": [f"arn:aws:s3:::a-{account}/*", "b"]},
    ]
    arn = role.format(account)
    taken = tuple(
        Taken(
            principal=arn, action=action, resource=resource.format(account), allowed=True, policy="own", statement=1,
            operation=action,
        )
        for action, resource in used
    )  # fmt: skip
    return DecisionReport(taken=taken, policies={arn: {"own": statements}})


@pytest.mark.feature("H9")
def test_each_action_and_resource_counts_the_requests_that_it_allowed() -> None:
    (found,) = usages([report("111111111111", ("s3:GetObject", "arn:aws:s3:::a-{}/1"))])
    assert found.role == "CI: deploy"
    assert found.actions == {"s3:Get*": ("s3:GetObject",), "s3:PutObject": ()}
    assert found.resources == {"arn:aws:s3:::a-<account>/*": ("s3:GetObject",), "b": ()}
    assert found.unused == ["s3:PutObject", "b"]


@pytest.mark.feature("H9")
def test_runs_in_several_accounts_are_read_as_one() -> None:
    first, second = report("111111111111", ("s3:GetObject", "b")), report("333333333333", ("s3:PutObject", "b"))
    (found,) = usages([first, second])
    assert found.unused == ["arn:aws:s3:::a-<account>/*"]


@pytest.mark.feature("H9")
def test_record_of_one_more_run_is_added_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "KEPT", tmp_path / "permissions.yaml")
    monkeypatch.setattr(command, "PAGE", tmp_path / "permissions.md")
    file = tmp_path / "record.json"
    for action, words in (("s3:GetObject", ()), ("s3:PutObject", ("--add",))):
        file.write_text(json.dumps(report("111111111111", (action, "b")).document()))
        main([*words, str(file)])
    (found,) = record.kept()
    assert found.unused == ["arn:aws:s3:::a-<account>/*"]


@pytest.mark.feature("H9")
def test_environment_and_other_roles_are_left_out() -> None:
    (found,) = usages([report("111111111111", role=TASK)])
    assert found.role == "worker-default: task role"
    assert usages([report("111111111111", role="arn:aws:iam::{}:role/airflow-live-flow-logs")]) == []


@pytest.mark.feature("H9")
def test_unneeded_permission_without_a_reason_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    item = Usage(role="CI: deploy", policy="own", actions={"iam:CreateUser": ()}, resources={})
    assert reasons.unexplained([item]) == [
        "CI: deploy: policy own: iam:CreateUser: no recorded request needs it",
    ]
    monkeypatch.setattr(reasons, "REASONS", {"CI: deploy: iam:*": "people", "CI: deploy: gone": "old"})
    assert reasons.unexplained([item]) == []
    assert reasons.superfluous([item]) == [
        "local/permissions/reasons.py: CI: deploy: gone: matches only needed permissions. Fix: remove it"
    ]


@pytest.mark.feature("H9")
def test_page_shows_the_record_and_every_unneeded_permission_has_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out
    assert PAGE.read_text() == page(record.kept())


@pytest.mark.feature("H9")
def test_record_has_every_permission_of_the_task_roles() -> None:
    """A permission that is new needs a new record: make grants."""
    recorded = {(item.role, item.policy, action) for item in record.kept() for action in item.actions}
    deployment = deployed()
    roles = {item.role for item in record.kept()}
    granted = set()
    for item in deployment.of("aws_iam_role_policy"):
        role = short_name(deployment.resolve(item.body["role"]).body["name"])
        granted |= {
            (role, item.body["name"], action) for part in statements(item.body["policy"]) for action in part["Action"]
        }
    assert {grant for grant in granted if grant[0] in roles} <= recorded
    assert {role for role, *_ in granted} & roles


@pytest.mark.feature("H9")
@pytest.mark.parametrize("text", ["", "{}", "[]", '{"taken": [1]}'])
def test_file_that_is_not_a_record_is_named_with_a_fix(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "record.json"
    file.write_text(text)
    assert main([str(file)]) == 2
    assert f"{file}: not a record of decisions" in capsys.readouterr().err
