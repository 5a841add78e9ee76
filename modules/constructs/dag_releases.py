"""The bucket of DAG releases, and what reads them."""

from __future__ import annotations

from dataclasses import dataclass

from constructs import Construct

from modules.core.grants import statement
from modules.core.private_bucket import PrivateBucket


@dataclass(frozen=True)
class DagReleasesReference:
    """The bucket of DAG releases.

    Args:
        bucket_name: name of the bucket.
        bucket_arn: ARN of the bucket.
        key_arn: KMS key of the bucket.
    """

    bucket_name: str
    bucket_arn: str
    key_arn: str

    @property
    def statements(self) -> list[dict[str, object]]:
        """The permission to read releases. Without ListBucket, S3 denies the read of a pointer that does not exist."""
        return [
            statement("s3:GetObject", on=[f"{self.bucket_arn}/releases/*", f"{self.bucket_arn}/current.json"]),
            statement("s3:ListBucket", on=[self.bucket_arn]),
            statement("kms:Decrypt", on=[self.key_arn]),
        ]


class DagReleases(Construct):
    """A bucket for versioned releases of DAG files.

    ``operations dags release`` writes an archive below ``releases/`` and then the pointer ``current.json``; it also
    deletes old releases, because a lifecycle rule could delete the current one.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: name of the bucket, globally unique.
        key_arn: KMS key of the bucket.
        force_destroy: allow Terraform to delete a bucket that contains releases.

    Example:
        >>> releases = DagReleases(stack, "dag-releases", name="airflow-prod-dags", key_arn=key_arn)
        >>> resource("aws_s3_bucket.dag_releases_bucket")["bucket"]
        'airflow-prod-dags'
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, key_arn: str, force_destroy: bool = False) -> None:
        super().__init__(scope, id_)
        bucket = PrivateBucket(self, "bucket", name=name, key_arn=key_arn, force_destroy=force_destroy)
        self.reference = DagReleasesReference(bucket_name=bucket.name, bucket_arn=bucket.arn, key_arn=key_arn)
