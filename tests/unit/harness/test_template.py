"""Assertions over Terraform JSON: they pass on what is there and say what is nearest on what is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terraform_harness.assertions.template import Capture, Match, Template

POLICY = json.dumps(
    {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "${aws_s3_bucket.logs.arn}/*"}]}
)
STACK: dict[str, Any] = {
    "resource": {
        "aws_s3_bucket": {"logs": {"bucket": "logs"}, "state": {"bucket": "state", "force_destroy": False}},
        "aws_db_instance": {"db": {"kms_key_id": "${aws_kms_key.data.arn}", "storage_gib": 20, "tags": {"Name": "db"}}},
        "aws_iam_role_policy": {"read": {"policy": POLICY}},
        "aws_ecs_cluster": {"c": {"setting": [{"name": "containerInsights", "value": "enabled"}]}},
    }
}
PLAN: dict[str, Any] = {
    "planned_values": {
        "root_module": {
            "resources": [
                {"address": "aws_s3_bucket.a", "mode": "managed", "type": "aws_s3_bucket", "values": {"bucket": "a"}},
                {"address": "data.aws_region.a", "mode": "data", "type": "aws_region", "values": {}},
            ],
            "child_modules": [
                {
                    "resources": [
                        {
                            "address": "module.m.aws_s3_bucket.b",
                            "mode": "managed",
                            "type": "aws_s3_bucket",
                            "values": {"bucket": "b"},
                        }
                    ]
                }
            ],
        }
    }
}


@pytest.fixture
def template() -> Template:
    return Template(STACK)


@pytest.mark.feature("H1")
def test_any_finds_a_resource_and_returns_it(template: Template) -> None:
    assert template.any("aws_s3_bucket", bucket="state").address == "aws_s3_bucket.state"


@pytest.mark.feature("H1")
def test_any_names_the_nearest_candidate_and_the_difference(template: Template) -> None:
    with pytest.raises(AssertionError) as refused:
        template.any("aws_s3_bucket", bucket="state", force_destroy=True)
    assert "nearest is aws_s3_bucket.state" in str(refused.value)
    assert "force_destroy: wanted True, got False" in str(refused.value)


@pytest.mark.feature("H1")
def test_every_fails_for_one_that_differs(template: Template) -> None:
    with pytest.raises(AssertionError, match="aws_s3_bucket.logs: force_destroy: wanted False, got nothing"):
        template.every("aws_s3_bucket", force_destroy=False)


@pytest.mark.feature("H1")
def test_every_of_nothing_is_not_a_pass(template: Template) -> None:
    with pytest.raises(AssertionError, match="no aws_lb at all"):
        template.every("aws_lb", internal=True)


@pytest.mark.feature("H1")
def test_an_expected_none_is_compared_and_not_ignored(template: Template) -> None:
    with pytest.raises(AssertionError, match="bucket: wanted None, got 'logs'"):
        template.every("aws_s3_bucket", bucket=None)


@pytest.mark.feature("H1")
@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("aws_db_instance", {"kms_key_id": Match.reference("aws_kms_key")}),
        ("aws_db_instance", {"kms_key_id": Match.reference("aws_kms_key", name="data", attribute="arn")}),
        ("aws_db_instance", {"password": Match.absent(), "tags": Match.present()}),
        ("aws_db_instance", {"tags": {"Name": Match.regex("^d")}, "storage_gib": Match.one_of(10, 20)}),
        ("aws_db_instance", {"storage_gib": Match.excluding(30)}),
        ("aws_ecs_cluster", {"setting": Match.contains({"name": "containerInsights"})}),
        ("aws_ecs_cluster", {"setting": Match.length(1)}),
        ("aws_ecs_cluster", {"setting": {"value": "enabled"}}),
        ("aws_iam_role_policy", {"policy": Match.json({"Statement": [{"Action": Match.regex("^s3:")}]})}),
    ],
)
def test_matchers_accept(template: Template, kind: str, attributes: dict[str, Any]) -> None:
    template.any(kind, **attributes)


@pytest.mark.feature("H1")
@pytest.mark.parametrize(
    ("kind", "attributes", "complaint"),
    [
        ("aws_db_instance", {"kms_key_id": Match.reference("aws_s3_bucket")}, "a reference to aws_s3_bucket"),
        ("aws_db_instance", {"kms_key_id": Match.reference("aws_kms_key", name="other")}, "a reference to aws_kms_key"),
        ("aws_db_instance", {"tags": Match.absent()}, "wanted nothing"),
        ("aws_db_instance", {"password": Match.present()}, "wanted anything, got nothing"),
        ("aws_db_instance", {"storage_gib": True}, "wanted True, got 20"),
        ("aws_db_instance", {"password": Match.excluding(30)}, "got nothing"),
        ("aws_ecs_cluster", {"setting": Match.contains({"name": "other"})}, "a list with"),
        ("aws_ecs_cluster", {"setting": []}, r"wanted \[\]"),
        (
            "aws_iam_role_policy",
            {"policy": Match.json({"Statement": [{"Effect": "Deny"}]})},
            r"policy<json>.Statement\[0\]",
        ),
        ("aws_db_instance", {"kms_key_id": Match.json({})}, "a string of JSON"),
    ],
)
def test_matchers_refuse(template: Template, kind: str, attributes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        template.any(kind, **attributes)


@pytest.mark.feature("H1")
def test_capture_keeps_what_it_saw(template: Template) -> None:
    name = Capture()
    template.any("aws_db_instance", tags={"Name": name})
    assert name.value == "db"


@pytest.mark.feature("H1")
def test_capture_without_a_candidate_says_so() -> None:
    with pytest.raises(AssertionError, match="nothing was captured"):
        _ = Capture().value


@pytest.mark.feature("H1")
def test_count_names_what_it_found(template: Template) -> None:
    template.count("aws_s3_bucket", 2)
    template.none("aws_s3_bucket", bucket="other")
    with pytest.raises(
        AssertionError, match="1 aws_s3_bucket wanted .* 2 found: aws_s3_bucket.logs, aws_s3_bucket.state"
    ):
        template.count("aws_s3_bucket", 1)


@pytest.mark.feature("H1")
def test_one_names_the_nearest_address(template: Template) -> None:
    assert template.one("aws_s3_bucket.logs").values["bucket"] == "logs"
    with pytest.raises(AssertionError, match=r"no resource aws_s3_bucket\.log; nearest: aws_s3_bucket\.logs"):
        template.one("aws_s3_bucket.log")


@pytest.mark.feature("H1")
def test_a_plan_has_the_same_api_modules_included(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN))
    template = Template.read(file)
    template.count("aws_s3_bucket", 2)
    assert template.any("aws_s3_bucket", bucket="b").address == "module.m.aws_s3_bucket.b"
