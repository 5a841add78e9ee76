"""Access to the account of an emulator: clients, environment variables, credentials of roles."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from terraform_harness.emulator.endpoints import post
from terraform_harness.emulator.iam.report import CREDENTIALS_PATH


class Access(ABC):
    """An account at an address.

    Attributes:
        account_id: The account that the emulator reports, twelve digits.
        region: The region of its clients.
    """

    account_id: str
    region: str

    @property
    @abstractmethod
    def url(self) -> str:
        """The address of the emulator."""

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that make terraform, boto3 and cdktf use this emulator as AWS.

        ``AWS_MAX_ATTEMPTS`` is small because an emulator does not throttle.
        """
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "emulator",
            "AWS_SECRET_ACCESS_KEY": "emulator",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "3",
            "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "regional",
        }

    def environment_of(self, role: str, *, web_identity: Mapping[str, str]) -> dict[str, str]:
        """Environment variables that make terraform and boto3 act as a role, which a web identity assumes.

        Args:
            role: ARN of the role.
            web_identity: Claims of the token: ``iss``, ``aud``, ``sub``. The signature of a token is not verified.

        Raises:
            EmulatorError: The trust policy of the role does not permit it.
        """
        made = self.assume(role, {"web_identity": dict(web_identity)}, session="web-identity")
        return self.environment | {
            "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
            "AWS_SESSION_TOKEN": made["Token"],
        }

    def assume(self, role: str, principal: Mapping[str, Any], *, session: str) -> dict[str, str]:
        """Return credentials of a role, in the form of the ECS credentials endpoint.

        Args:
            role: ARN of the role.
            principal: ``{"service": "ecs-tasks.amazonaws.com", "source_arn": ARN}`` or ``{"web_identity": claims}``.
            session: Name of the session.

        Raises:
            EmulatorError: The trust policy of the role does not permit it.
        """
        made: dict[str, str] = post(
            f"{self.url}{CREDENTIALS_PATH}", {"role": role, "principal": principal, "session": session}
        )
        return made

    def client(self, service: str) -> Any:
        """Return a boto3 client of this emulator, for instance of ``"s3"``; it does not retry."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=self.region,
            aws_access_key_id="emulator",
            aws_secret_access_key="emulator",  # noqa: S106 - the emulator checks no credentials
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def make_state_bucket(self, name: str) -> str:
        """Create a versioned bucket for Terraform states and their lock files; returns ``name``."""
        s3 = self.client("s3")
        # us-east-1 is the location without a constraint (CreateBucket in the API reference of S3).
        place = {"CreateBucketConfiguration": {"LocationConstraint": self.region}}
        s3.create_bucket(Bucket=name, **({} if self.region == "us-east-1" else place))
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return name
