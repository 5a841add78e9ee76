"""The state bucket."""

from __future__ import annotations

import json

import pytest

from tests.synthesis import deployed


@pytest.mark.feature("E2")
def test_state_bucket_is_versioned_encrypted_private_and_tls_only() -> None:
    bootstrap = deployed().stacks["bootstrap-111111111111"]["resource"]
    (versioning,) = bootstrap["aws_s3_bucket_versioning"].values()
    assert versioning["versioning_configuration"]["status"] == "Enabled"
    (encryption,) = bootstrap["aws_s3_bucket_server_side_encryption_configuration"].values()
    assert encryption["rule"][0]["apply_server_side_encryption_by_default"]["sse_algorithm"] == "aws:kms"
    (block,) = bootstrap["aws_s3_bucket_public_access_block"].values()
    assert all(block[key] for key in block if key.startswith(("block_", "ignore_", "restrict_")))
    (policy,) = bootstrap["aws_s3_bucket_policy"].values()
    (statement,) = json.loads(policy["policy"])["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    (bucket,) = bootstrap["aws_s3_bucket"].values()
    assert bucket["bucket"] == "state-of-dev"
