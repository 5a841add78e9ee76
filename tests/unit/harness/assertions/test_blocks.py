"""Outputs, data sources, variables, providers and the backend are asserted like resources."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_harness.assertions import Capture, Match, Template

STACK: dict[str, Any] = {
    "terraform": {"backend": {"s3": {"bucket": "state", "encrypt": True}}},
    "provider": {"aws": [{"region": "eu-central-1"}, {"alias": "us", "region": "us-east-1"}]},
    "variable": {"name": {"type": "string"}},
    "data": {"aws_region": {"here": {"name": "eu-central-1"}}},
    "ephemeral": {"aws_ssm_parameter": {"password": {"arn": "arn:x"}}},
    "output": {"url": {"value": "https://x", "sensitive": True}},
    "resource": {
        "aws_vpc": {"n_1": {"cidr_block": "10.0.0.0/16", "//": {"metadata": {"path": "app/network/vpc"}}}},
        "aws_subnet": {"n_2": {"kind": "public", "//": {"metadata": {"path": "app/network/subnet"}}}},
        "aws_kms_key": {"k_3": {"//": {"metadata": {"path": "app/key"}}}},
    },
}
AS_LISTS: dict[str, Any] = {
    "terraform": [{"backend": [{"s3": [STACK["terraform"]["backend"]["s3"]]}]}, {"required_version": ">= 1.11"}],
    "provider": [{"aws": block} for block in STACK["provider"]["aws"]],
    "variable": [{"name": [STACK["variable"]["name"]]}],
    "data": [STACK["data"]],
    "ephemeral": [STACK["ephemeral"]],
    "output": [STACK["output"]],
    "resource": [{type_: [named]} for type_, named in STACK["resource"].items()],
}
"""The same in the other form of *JSON Configuration Syntax*, which other programs than cdktf write."""
UNKNOWN = {"bucket": True, "tags": {}, "grant": [{"id": True}]}
PLAN: dict[str, Any] = {
    "planned_values": {
        "outputs": {"arn": {"sensitive": False}},
        "root_module": {
            "resources": [
                {"address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key"},
                {
                    "address": "aws_s3_bucket.b",
                    "mode": "managed",
                    "type": "aws_s3_bucket",
                    "values": {"tags": {"a": "b"}, "grant": [{"type": "Group"}]},
                },
            ]
        },
    },
    "prior_state": {
        "values": {
            "root_module": {
                "resources": [
                    {"address": "data.aws_region.r", "mode": "data", "type": "aws_region", "values": {"name": "x"}}
                ]
            }
        }
    },
    "resource_changes": [
        {"address": "aws_kms_key.k", "mode": "managed", "change": {"after_unknown": {"arn": True}}},
        {"address": "aws_s3_bucket.b", "mode": "managed", "change": {"after_unknown": UNKNOWN}},
    ],
    "output_changes": {"arn": {"after_unknown": True}},
    "variables": {"name": {"value": "n"}},
    "configuration": {
        "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-central-1"}}}}
    },
}


@pytest.mark.feature("H1")
@pytest.mark.parametrize("stack", [STACK, AS_LISTS], ids=["objects", "lists"])
@pytest.mark.parametrize(
    ("type_", "attributes", "address"),
    [
        ("backend.s3", {"encrypt": True}, "backend"),
        ("provider.aws", {"region": "us-east-1"}, "provider.aws.us"),
        ("variable", {"type": "string"}, "variable.name"),
        ("data.aws_region", {"name": "eu-central-1"}, "data.aws_region.here"),
        ("ephemeral.aws_ssm_parameter", {"arn": "arn:x"}, "ephemeral.aws_ssm_parameter.password"),
        ("output", {"sensitive": True}, "output.url"),
        ("aws_vpc", {"cidr_block": "10.0.0.0/16"}, "aws_vpc.n_1"),
    ],
)
def test_blocks_of_a_configuration_are_found(
    stack: dict[str, Any], type_: str, attributes: dict[str, Any], address: str
) -> None:
    assert Template(stack).any(type_, **attributes).address == address
    assert Template(stack).one(address).type == type_


@pytest.mark.feature("H1")
@pytest.mark.parametrize(
    ("type_", "attributes"),
    [
        ("provider.aws", {"region": "eu-central-1"}),
        ("variable", {"value": "n"}),
        ("data.aws_region", {"name": "x"}),
        ("output", {"value": Match.unknown()}),
    ],
)
def test_blocks_of_a_plan_are_found(type_: str, attributes: dict[str, Any]) -> None:
    Template(PLAN).any(type_, **attributes)


@pytest.mark.feature("H1")
def test_backend_of_hcp_terraform_is_found() -> None:
    stack = {"terraform": {"cloud": {"organization": "o"}}}
    assert Template(stack).any("backend.cloud", organization="o").address == "backend"


@pytest.mark.feature("H1")
def test_plan_whose_resource_has_only_unknown_values_is_read() -> None:
    Template(PLAN).any("aws_kms_key", arn=Match.unknown())


@pytest.mark.feature("H1")
@pytest.mark.parametrize(
    "expected",
    [
        *("name", None, True, {"a": 1}, ["a"]),
        *(Match.absent(), Match.present(), Match.regex("."), Match.excluding("x"), Match.json({})),
        *(Match.contains(), Match.length(0), Match.one_of("x", Match.absent()), Match.reference("aws_kms_key")),
        Capture(),
    ],
    ids=repr,
)
def test_unknown_value_never_matches_and_is_named(expected: Any) -> None:
    with pytest.raises(AssertionError, match=r"bucket: expected .*, got \(known after apply\)"):
        Template(PLAN).every("aws_s3_bucket", bucket=expected)
    with pytest.raises(AssertionError, match=r"grant\[0\]\.id: expected .*, got \(known after apply\)"):
        Template(PLAN).every("aws_s3_bucket", grant=[{"id": expected, "type": "Group"}])


@pytest.mark.feature("H1")
def test_none_fails_when_an_unknown_value_decides() -> None:
    with pytest.raises(AssertionError, match="values of aws_s3_bucket.b are known after apply"):
        Template(PLAN).none("aws_s3_bucket", bucket="logs")
    Template(PLAN).none("aws_s3_bucket", bucket="logs", tags=Match.absent())


@pytest.mark.feature("H1")
@pytest.mark.parametrize("assertion", ["any", "every"])
def test_mistyped_type_is_answered_with_the_types(assertion: str) -> None:
    with pytest.raises(AssertionError, match=r"no aws_vcp; did you mean aws_vpc.*\?; types: aws_kms_key, aws_subnet"):
        getattr(Template(STACK), assertion)("aws_vcp", cidr_block="10.0.0.0/16")


@pytest.mark.feature("H1")
def test_count_of_a_mistyped_type_is_answered_with_the_types() -> None:
    with pytest.raises(AssertionError, match=r"no aws_vcp; did you mean aws_vpc"):
        Template(STACK).count("aws_vcp", 1)


@pytest.mark.feature("H1")
def test_attribute_names_collide_with_no_parameter() -> None:
    Template(STACK).any("aws_subnet", kind="public")
    Template(STACK).none("aws_subnet", self=1, type_=2, expected=3, address=4)


@pytest.mark.feature("H1")
def test_resource_is_found_by_construct_path() -> None:
    template = Template(STACK)
    assert template.at("network/vpc").address == template.at("app/network/vpc").address == "aws_vpc.n_1"
    assert {resource.type for resource in template.below("network").resources} == {"aws_vpc", "aws_subnet"}
    with pytest.raises(AssertionError, match=r"no resource network/vcp; nearest: app/network/vpc"):
        template.at("network/vcp")
    with pytest.raises(AssertionError, match=r"no resource below construct path net; paths: app/key, app/network"):
        template.below("net")


@pytest.mark.feature("H1")
def test_reference_names_what_was_expected() -> None:
    template = Template({"resource": {"aws_db_instance": {"d": {"kms_key_id": "${aws_kms_key.other.arn}"}}}})
    with pytest.raises(AssertionError, match=r"expected a reference to aws_kms_key\.data\.<ATTRIBUTE>"):
        template.any("aws_db_instance", kms_key_id=Match.reference("aws_kms_key", name="data"))
