"""A private S3 bucket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from modules.core.grants import document


class PrivateBucket(Construct):
    """A versioned, encrypted bucket without public access or ACLs; its policy denies requests without TLS.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: name of the bucket, globally unique.
        key_arn: KMS key; without it S3 encrypts with its own key, the only one that load balancers support.
        expire_days: days after which objects are deleted; ``None`` keeps them.
        keep_old_versions_days: days for which noncurrent versions are kept.
        statements: further statements of the bucket policy; ``{bucket}`` in a resource is replaced by the bucket's ARN.
        force_destroy: allow Terraform to delete a bucket that contains objects.

    Example:
        >>> bucket = PrivateBucket(stack, "task-logs", name="airflow-prod-task-logs", key_arn=key_arn, expire_days=365)
        >>> resource("aws_s3_bucket_versioning.task_logs_versioning")["versioning_configuration"]
        {'status': 'Enabled'}
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        key_arn: str | None = None,
        expire_days: int | None = None,
        keep_old_versions_days: int = 30,
        statements: Sequence[Mapping[str, Any]] = (),
        force_destroy: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        bucket = S3Bucket(self, "Resource", bucket=name, force_destroy=force_destroy, tags={"Name": name})
        self.name: str = bucket.id
        self.arn: str = bucket.arn
        closed = S3BucketPublicAccessBlock(
            self,
            "public-access-block",
            bucket=self.name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=self.name,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        self._encrypt(key_arn)
        self.versioning = S3BucketVersioningA(
            self,
            "versioning",
            bucket=self.name,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        self._expire(expire_days, keep_old_versions_days)
        S3BucketPolicy(
            self,
            "policy",
            bucket=self.name,
            policy=document(self._tls_only(), *(self._with_bucket_arn(statement) for statement in statements)),
            depends_on=[closed],
        )

    def _encrypt(self, key_arn: str | None) -> None:
        default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="aws:kms" if key_arn else "AES256", kms_master_key_id=key_arn
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self.name,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=default, bucket_key_enabled=key_arn is not None
                )
            ],
        )

    def _expire(self, days: int | None, old_versions_days: int) -> None:
        S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            bucket=self.name,
            rule=[
                S3BucketLifecycleConfigurationRule(
                    id="expire",
                    status="Enabled",
                    filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                    expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=days)] if days is not None else None,
                    noncurrent_version_expiration=[
                        S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=old_versions_days)
                    ],
                    abort_incomplete_multipart_upload=[
                        S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=7)
                    ],
                )
            ],
            depends_on=[self.versioning],
        )

    def _tls_only(self) -> dict[str, Any]:
        return {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [self.arn, f"{self.arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }

    def _with_bucket_arn(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        return {**statement, "Resource": [item.replace("{bucket}", self.arn) for item in statement["Resource"]]}
