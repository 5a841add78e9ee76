"""Tests of the CDKTF application; run by pytest in the folder of the application."""

import pytest
from cdktf import App
from terraform_harness.assertions import Match, Template

from main import Storage


def test_synthesized_stack(template):
    storage = template("storage")
    storage.every("aws_s3_bucket_public_access_block", block_public_acls=True, restrict_public_buckets=True)
    storage.none("aws_s3_bucket", force_destroy=True)
    storage.any("aws_kms_key", enable_key_rotation=True)
    storage.any("output", value=Match.reference("aws_kms_key", attribute="arn"))


def test_stack_without_files():
    storage = Template.from_stack(Storage(App(), "storage"))
    assert storage.at("logs/bucket").values["bucket"] == "logs-of-a-foreign-project"
    storage.below("logs").none("aws_kms_key")
    assert {resource.type for resource in storage.below("logs").resources} == {
        "aws_s3_bucket",
        "aws_s3_bucket_public_access_block",
    }


def test_plan(offline_plan):
    plan = Template(offline_plan("storage"))
    plan.any("aws_s3_bucket", arn=Match.unknown(), bucket="logs-of-a-foreign-project")
    plan.any("output", value=Match.unknown())


def test_policy_reports_findings(policy):
    with pytest.raises(pytest.fail.Exception, match="aws_s3_bucket"):
        policy("storage")


def test_life_in_the_emulator(lifecycle, emulator):
    assert (emulator.account_id, emulator.region) == ("222222222222", "eu-west-3")
    lifecycle.make("storage")
    lifecycle.second_plan_is_empty("storage")
    assert lifecycle.check(["storage"], skip=["aws_s3_bucket"]) == 1
    lifecycle.destroy("storage")
