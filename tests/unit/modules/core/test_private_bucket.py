"""Private buckets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.reading import statements
from tests.synthesis import deployed


@pytest.mark.feature("L1")
def test_bucket_is_private_encrypted_and_expires_objects() -> None:
    deployment = deployed()
    bucket = deployment.only("aws_s3_bucket", bucket="airflow-dev-task-logs-111111111111")

    def of(kind: str) -> Any:
        (found,) = deployment.configuration.users_of(bucket, kind)
        return found

    deployment.template.every(
        "aws_s3_bucket_public_access_block",
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    encryption = of("aws_s3_bucket_server_side_encryption_configuration").get("rule", 0)
    default = encryption["apply_server_side_encryption_by_default"]
    assert default["sse_algorithm"] == "aws:kms"
    assert deployment.resolve(default["kms_master_key_id"]).get("enable_key_rotation") is True
    rule = of("aws_s3_bucket_lifecycle_configuration").get("rule", 0)
    assert (rule["status"], rule["expiration"][0]["days"]) == ("Enabled", 365)
    denied = [
        statement
        for statement in statements(of("aws_s3_bucket_policy").body["policy"])
        if statement["Effect"] == "Deny"
    ]
    assert {"Bool": {"aws:SecureTransport": "false"}} in [statement["Condition"] for statement in denied]
    assert bucket.body.get("force_destroy") is not True
