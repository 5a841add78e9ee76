"""Verifiers can be skipped by resource type or by name; an unknown name is rejected."""

from __future__ import annotations

import pytest
from terraform_harness.lifecycle import _verifiers, managed


def test_verifiers_are_skipped_by_type_and_by_name() -> None:
    kept = _verifiers(["aws_kms_key", "bucket_blocks_public_access_and_plain_http"])
    assert "aws_kms_key" not in kept
    assert [function.__name__ for function in kept["aws_s3_bucket"]] == ["bucket_encrypts_new_objects"]


def test_unknown_verifier_is_rejected_with_the_allowed_names() -> None:
    with pytest.raises(ValueError, match=r"skip: unknown aws_s3; allowed: .*aws_s3_bucket"):
        _verifiers(["aws_s3"])


def test_managed_resources_include_those_of_modules_and_every_instance() -> None:
    vpc = {"module": "module.m", "mode": "managed", "type": "aws_vpc", "name": "v", "instances": [{}]}
    subnet = {"mode": "managed", "type": "aws_subnet", "name": "s"}
    subnets = {**subnet, "instances": [{"index_key": "a"}, {"index_key": "b"}]}
    data = {"mode": "data", "type": "aws_region", "name": "r", "instances": [{}]}
    state = {"version": 4, "resources": [vpc, subnets, data]}
    assert managed(state) == ["module.m.aws_vpc.v", 'aws_subnet.s["a"]', 'aws_subnet.s["b"]']
    assert managed({"version": 4, "resources": []}) == []
