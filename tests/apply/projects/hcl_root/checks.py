"""Tests of roots written in HCL, one of them with HCP Terraform as its backend; run by pytest in their folder."""

import pytest
from terraform_harness.assertions import Match, Template
from terraform_harness.terraform.workspace import WorkspaceError


def test_assertions_need_a_plan(template):
    with pytest.raises(WorkspaceError, match="Fix: plan it"):
        template("storage")


def test_plan(offline_plan):
    plan = Template(offline_plan("storage"))
    plan.every("aws_kms_key", enable_key_rotation=True, arn=Match.unknown())
    plan.any("provider.aws", region="eu-west-3")


def test_policy_on_a_plan(policy, offline_plan):
    assert " verdicts: " in policy(plan=("app", offline_plan("app", below={"storage": "storage"})))


def test_life_in_the_emulator(lifecycle, emulator):
    assert emulator.region == "eu-west-3"
    lifecycle.make("storage")
    lifecycle.make("app", below={"storage": "storage"})
    [group] = emulator.client("logs").describe_log_groups()["logGroups"]
    assert group["kmsKeyId"].startswith("arn:aws:kms:eu-west-3:")
    lifecycle.second_plan_is_empty("app")
    lifecycle.check(["storage", "app"])
    lifecycle.destroy("app")
    lifecycle.destroy("storage")
