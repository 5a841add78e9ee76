"""Grants that no recorded run needs are named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.emulator.iam import DecisionReport, Taken

from local import permissions

ROLE = "arn:aws:iam::111111111111:role/airflow-ci/airflow-ci-deploy"
POLICIES: dict[str, Any] = {
    "own": {
        "Statement": [
            {"Effect": "Deny", "Action": ["s3:DeleteBucket"], "Resource": ["*"]},
            {
                "Effect": "Allow",
                "Action": ["s3:Get*", "s3:PutObject"],
                "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"],
            },
        ]
    }
}


def taken(action: str, resource: str, *, allowed: bool = True, statement: int = 1) -> Taken:
    return Taken(
        principal=ROLE, action=action, resource=resource, allowed=allowed, policy="own", statement=statement, count=2
    )


@pytest.mark.feature("H9")
def test_each_action_and_resource_counts_the_decisions_that_it_allowed() -> None:
    recorded = [
        taken("s3:GetObject", "arn:aws:s3:::a/1"),
        taken("s3:PutObject", "arn:aws:s3:::a/1", allowed=False),
        taken("s3:PutObject", "arn:aws:s3:::b/1", statement=0),
    ]
    found = {item.pattern: item.uses for item in permissions.grants(POLICIES, recorded)}
    assert found == {"s3:Get*": 2, "s3:PutObject": 0, "arn:aws:s3:::a/*": 2, "arn:aws:s3:::b/*": 0}


@pytest.mark.feature("H9")
def test_records_of_several_accounts_are_read_as_one(tmp_path: Path) -> None:
    files = []
    for account in ("111111111111", "333333333333"):
        report = DecisionReport(taken=(taken("s3:GetObject", f"arn:aws:sns:eu-central-1:{account}:t"),))
        files.append(tmp_path / f"{account}.json")
        files[-1].write_text(json.dumps(report.document()).replace("111111111111", account))
    account, decisions = permissions.read(files)
    assert account == "111111111111"
    assert [item.resource for item in decisions] == ["arn:aws:sns:eu-central-1:111111111111:t"] * 2


@pytest.mark.feature("H9")
@pytest.mark.parametrize("text", ["", "{}", "[]", '{"taken": [1]}'])
def test_file_that_is_not_a_record_is_named_with_a_fix(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "record.json"
    file.write_text(text)
    assert permissions.main([str(file)]) == 2
    assert f"{file}: not a record of decisions" in capsys.readouterr().err
