"""Verifiers can be skipped by resource type or by name; an unknown name is rejected."""

from __future__ import annotations

import pytest
from terraform_harness.verification.check import verifiers_without


def test_verifiers_are_skipped_by_type_and_by_name() -> None:
    kept = verifiers_without(["aws_kms_key", "bucket_blocks_public_access_and_plain_http"])
    assert "aws_kms_key" not in kept
    assert [function.__name__ for function in kept["aws_s3_bucket"]] == ["bucket_encrypts_new_objects"]


def test_unknown_verifier_is_rejected_with_the_allowed_names() -> None:
    with pytest.raises(ValueError, match=r"skip: unknown aws_s3; allowed: .*aws_s3_bucket"):
        verifiers_without(["aws_s3"])
