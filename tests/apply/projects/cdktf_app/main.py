"""A CDKTF application that uses the three installed libraries and nothing else of this repository."""

from pathlib import Path

import cdktf_fast_bindings

cdktf_fast_bindings.install(sources=[Path(__file__)])

from cdktf import App, TerraformOutput, TerraformStack  # noqa: E402
from cdktf_cdktf_provider_aws.kms_key import KmsKey  # noqa: E402
from cdktf_cdktf_provider_aws.provider import AwsProvider  # noqa: E402
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket  # noqa: E402
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock  # noqa: E402
from constructs import Construct  # noqa: E402


class Storage(TerraformStack):
    """An encrypted bucket."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        AwsProvider(self, "aws", region="eu-west-3", allowed_account_ids=["222222222222"])
        key = KmsKey(self, "key", description="storage", enable_key_rotation=True)
        logs = Construct(self, "logs")
        bucket = S3Bucket(logs, "bucket", bucket="logs-of-a-foreign-project", force_destroy=False)
        S3BucketPublicAccessBlock(
            logs,
            "block",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        TerraformOutput(self, "key_arn", value=key.arn)


if __name__ == "__main__":
    app = App()
    Storage(app, "storage")
    app.synth()
    mode = cdktf_fast_bindings.loaded()
    print(mode.value if mode else None)
