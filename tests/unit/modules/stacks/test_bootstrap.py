"""The state bucket."""

from __future__ import annotations

import json

import pytest

from tests.synthesis import deployed

CLOSED = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


@pytest.mark.feature("E2")
def test_state_bucket_is_versioned_encrypted_private_and_tls_only() -> None:
    bootstrap = deployed().template_of("bootstrap")
    bootstrap.count("aws_s3_bucket", 1)
    bootstrap.every("aws_s3_bucket", bucket="state-of-dev")
    bootstrap.every("aws_s3_bucket_versioning", versioning_configuration={"status": "Enabled"})
    by_key = {"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms"}}
    bootstrap.every("aws_s3_bucket_server_side_encryption_configuration", rule=[by_key])
    bootstrap.every("aws_s3_bucket_public_access_block", **dict.fromkeys(CLOSED, True))
    policy = bootstrap.any("aws_s3_bucket_policy").values["policy"]
    (statement,) = json.loads(policy)["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
