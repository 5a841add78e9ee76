"""IAM statements for the Terraform states in S3: a bucket and its KMS key, by ARN."""

from __future__ import annotations

from environments.facts.state import S3_PREFIX
from modules.core.grants import statement


def read_state(bucket: str, key: str) -> list[dict[str, object]]:
    """Return the statements that read states and lock them during a plan."""
    return [
        statement("s3:GetObject", "s3:ListBucket", on=[bucket, f"{bucket}/{S3_PREFIX}/*"]),
        # The lock file of a plan has the key of the state with the suffix ``.tflock``.
        statement("s3:PutObject", "s3:DeleteObject", on=[f"{bucket}/{S3_PREFIX}/*.tflock"]),
        statement("kms:Decrypt", "kms:GenerateDataKey", on=[key]),
    ]


def write_state(bucket: str, key: str) -> list[dict[str, object]]:
    """Return the statements that read, write and lock states."""
    return [
        statement("s3:ListBucket", on=[bucket]),
        statement("s3:GetObject", "s3:PutObject", on=[f"{bucket}/{S3_PREFIX}/*"]),
        statement("s3:DeleteObject", on=[f"{bucket}/{S3_PREFIX}/*.tflock"]),
        statement("kms:Decrypt", "kms:GenerateDataKey", on=[key]),
    ]


def keep_state(bucket: str, key: str) -> list[dict[str, object]]:
    """Return the statements that keep the bucket and the key of the states, whatever other statements allow."""
    on_bucket = ["s3:DeleteObject", "s3:Get*", "s3:List*", "s3:PutObject"]
    on_key = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:Get*", "kms:List*"]
    return [
        {"Effect": "Deny", "NotAction": on_bucket, "Resource": [bucket, f"{bucket}/*"]},
        statement("s3:DeleteObject", on=[f"{bucket}/*.tfstate"], effect="Deny"),
        {"Effect": "Deny", "NotAction": on_key, "Resource": [key]},
    ]
