"""Assertions on Terraform JSON pass on a match, and otherwise name the nearest candidate."""

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
    with pytest.raises(AssertionError) as error:
        template.any("aws_s3_bucket", bucket="state", force_destroy=True)
    assert "nearest is aws_s3_bucket.state" in str(error.value)
    assert "force_destroy: expected True, got False" in str(error.value)


@pytest.mark.feature("H1")
def test_every_fails_when_a_resource_differs(template: Template) -> None:
    with pytest.raises(AssertionError, match="aws_s3_bucket.logs: force_destroy: expected False, got nothing"):
        template.every("aws_s3_bucket", force_destroy=False)


@pytest.mark.feature("H1")
def test_every_fails_without_a_resource_of_the_type(template: Template) -> None:
    with pytest.raises(AssertionError, match="no aws_lb; types: aws_db_instance, "):
        template.every("aws_lb", internal=True)


@pytest.mark.feature("H1")
def test_expected_none_is_compared(template: Template) -> None:
    with pytest.raises(AssertionError, match="bucket: expected None, got 'logs'"):
        template.every("aws_s3_bucket", bucket=None)


@pytest.mark.feature("H1")
@pytest.mark.parametrize(
    ("type_", "attributes"),
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
def test_matchers_accept(template: Template, type_: str, attributes: dict[str, Any]) -> None:
    template.any(type_, **attributes)


@pytest.mark.feature("H1")
@pytest.mark.parametrize(
    ("type_", "attributes", "message"),
    [
        ("aws_db_instance", {"kms_key_id": Match.reference("aws_s3_bucket")}, "a reference to aws_s3_bucket"),
        ("aws_db_instance", {"kms_key_id": Match.reference("aws_kms_key", name="other")}, "a reference to aws_kms_key"),
        ("aws_db_instance", {"tags": Match.absent()}, "expected nothing"),
        ("aws_db_instance", {"password": Match.present()}, "expected any value, got nothing"),
        ("aws_db_instance", {"storage_gib": True}, "expected True, got 20"),
        ("aws_db_instance", {"password": Match.excluding(30)}, "got nothing"),
        ("aws_ecs_cluster", {"setting": Match.contains({"name": "other"})}, "a list with"),
        ("aws_ecs_cluster", {"setting": []}, r"expected \[\]"),
        (
            "aws_iam_role_policy",
            {"policy": Match.json({"Statement": [{"Effect": "Deny"}]})},
            r"policy<json>.Statement\[0\]",
        ),
        ("aws_db_instance", {"kms_key_id": Match.json({})}, "a JSON string"),
    ],
)
def test_matchers_reject(template: Template, type_: str, attributes: dict[str, Any], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        template.any(type_, **attributes)


@pytest.mark.feature("H1")
def test_capture_keeps_the_value(template: Template) -> None:
    name = Capture()
    template.any("aws_db_instance", tags={"Name": name})
    assert name.value == "db"


@pytest.mark.feature("H1")
def test_capture_without_a_candidate_fails() -> None:
    with pytest.raises(AssertionError, match="nothing was captured"):
        _ = Capture().value


@pytest.mark.feature("H1")
def test_count_names_the_matching_resources(template: Template) -> None:
    template.count("aws_s3_bucket", 2)
    template.none("aws_s3_bucket", bucket="other")
    with pytest.raises(
        AssertionError, match="expected 1 aws_s3_bucket .* found 2: aws_s3_bucket.logs, aws_s3_bucket.state"
    ):
        template.count("aws_s3_bucket", 1)


@pytest.mark.feature("H1")
def test_one_names_the_nearest_address(template: Template) -> None:
    assert template.one("aws_s3_bucket.logs").values["bucket"] == "logs"
    with pytest.raises(AssertionError, match=r"no resource aws_s3_bucket\.log; nearest: aws_s3_bucket\.logs"):
        template.one("aws_s3_bucket.log")


@pytest.mark.feature("H1")
def test_plan_has_the_same_api_including_modules(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(PLAN))
    template = Template.read(file)
    template.count("aws_s3_bucket", 2)
    assert template.any("aws_s3_bucket", bucket="b").address == "module.m.aws_s3_bucket.b"
