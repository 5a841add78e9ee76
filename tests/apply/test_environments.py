"""Complete environments on the emulator: applied with the AWS provider, verified, planned again, destroyed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from terraform_harness.emulator import Emulator
from terraform_harness.emulator.inventory import inventory
from terraform_harness.lifecycle import Lifecycle, LifecycleError
from terraform_harness.terraform.run import TerraformError
from terraform_harness.tools import require

from tests.apply.conftest import Start, environment, synthesize

pytestmark = pytest.mark.long
# The topology celery is applied in test_demo.py (dev) and below (prod).
BAKED = {"dags": {"delivery": "baked", "repository": None, "branch": None}}
WITHOUT_QUEUE = {"workers": None, "broker": None}
ONE_CONTAINER = WITHOUT_QUEUE | {"components": None}
VARIANTS: dict[str, dict[str, Any]] = {
    "local-executor-none-baked": WITHOUT_QUEUE | BAKED | {"topology": "local_executor", "network": {"egress": "none"}},
    "single-nat_per_zone-git_bundle": ONE_CONTAINER
    | {"topology": "single", "network": {"egress": "nat_per_zone"}, "dags": {"delivery": "git_bundle"}},
    "sequential-single_nat-baked": ONE_CONTAINER | BAKED | {"topology": "sequential"},
}


def pair(name: str) -> tuple[str, str]:
    return f"{name}-foundation", f"{name}-airflow"


def secrets_of(aws: Emulator, name: str) -> list[str]:
    pages = (
        aws.client("ssm")
        .get_paginator("get_parameters_by_path")
        .paginate(Path=f"/airflow/{name}", WithDecryption=True, Recursive=True)
    )
    return [
        parameter["Value"] for page in pages for parameter in page["Parameters"] if parameter["Type"] == "SecureString"
    ]


def assert_no_secret_in_state_or_plan(life: Lifecycle, name: str, plans: list[dict[str, Any]]) -> None:
    kept = json.dumps([*(life.roots[stack].pull() for stack in pair(name)), *plans])
    values = secrets_of(life.emulator, name)
    assert len(values) >= 4
    assert [value for value in values if value in kept] == []


@pytest.mark.feature("T1", "N2", "E2", "H2", "S2")
@pytest.mark.parametrize("variant", VARIANTS)
def test_environment_is_applied_and_destroyed_without_leftovers(start: Start, variant: str) -> None:
    life = start(environment("dev", change=VARIANTS[variant]))
    before = inventory(life.emulator)
    plans = [life.make(stack) for stack in pair("dev")]
    assert life.check(pair("dev")) > 40
    for stack in pair("dev"):
        life.second_plan_is_empty(stack)
    assert_no_secret_in_state_or_plan(life, "dev", plans)
    for stack in reversed(pair("dev")):
        life.destroy(stack, refresh=False)  # the second plan has just read every resource
    assert life.left(since=before) == []


@pytest.mark.feature("E6", "C6")
def test_production_is_applied_and_verified_and_cannot_be_destroyed(start: Start) -> None:
    life = start(environment("prod"))
    life.emulator.client("ssm").put_parameter(Name="/airflow/prod/git-deploy-key", Type="SecureString", Value="k" * 64)
    plans = [life.make(stack) for stack in pair("prod")]
    life.check(pair("prod"))
    for stack in pair("prod"):
        life.second_plan_is_empty(stack)
    assert_no_secret_in_state_or_plan(life, "prod", plans)
    with pytest.raises(TerraformError, match="(?i)deletion protection"):
        life.destroy("prod-foundation", refresh=False)
    assert life.emulator.client("rds").describe_db_instances()["DBInstances"]


@pytest.mark.feature("E4")
def test_plan_for_the_wrong_account_fails(tmp_path: Path) -> None:
    require("terraform", "provider-mirror")
    stacks = synthesize(environment("dev"), tmp_path)
    (tmp_path / "work").mkdir()
    with Emulator(account_id="999999999999") as other:
        other.make_state_bucket("airflow-fargate-state-111111111111")
        lifecycle = Lifecycle(source=stacks, folder=tmp_path / "work", emulator=other, console=Console(file=sys.stderr))
        root = lifecycle.prepare("dev-foundation")
        with pytest.raises(TerraformError, match="AWS account ID not allowed: 999999999999"):
            root.plan()


@pytest.mark.feature("H2", "H4")
def test_drift_is_verified_and_planned_back(start: Start) -> None:
    """A security group is opened outside Terraform: the verification reports it, the next plan reverts it."""
    life = start(environment("dev", change=VARIANTS["sequential-single_nat-baked"]))
    life.make("dev-foundation")
    groups = life.emulator.client("ec2").describe_security_groups()["SecurityGroups"]
    database = next(group["GroupId"] for group in groups if "database" in group["GroupName"])
    opened = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    life.emulator.client("ec2").authorize_security_group_ingress(GroupId=database, IpPermissions=[opened])
    bucket = next(
        found["Name"] for found in life.emulator.client("s3").list_buckets()["Buckets"] if "task-logs" in found["Name"]
    )
    life.emulator.client("s3").delete_public_access_block(Bucket=bucket)
    with pytest.raises(LifecycleError) as rejected:
        life.check(["dev-foundation"])
    assert "aws_security_group.database_security_group: 0 declared rules and no others: undeclared" in str(
        rejected.value
    )
    assert "aws_s3_bucket.task_logs_bucket: bucket blocks public access and plain http" in str(rejected.value)
    block = r"aws_s3_bucket_public_access_block\.task_logs_bucket_public_access_block: create "
    with pytest.raises(LifecycleError, match=rf"the second plan is not empty:(?s:.*)\n  {block}"):
        life.second_plan_is_empty("dev-foundation")
