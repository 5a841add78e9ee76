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


def test_managed_resources_include_those_of_modules() -> None:
    nested = {"address": "module.m.aws_vpc.v", "mode": "managed", "type": "aws_vpc", "values": {}}
    state = {"values": {"root_module": {"child_modules": [{"resources": [nested]}]}}}
    assert managed(state) == ["module.m.aws_vpc.v"]
