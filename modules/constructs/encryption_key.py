"""A customer-managed KMS key with its key policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from modules.core.grants import document

USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")


class EncryptionKey(Construct):
    """A KMS key that rotates every year and is deleted after a waiting period of 30 days.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: alias of the key, without ``alias/``.
        purpose: description of the key.
        account_id: account whose IAM policies control the key.
        region: AWS region of the log groups.
        log_groups: name patterns of the CloudWatch log groups that may use the key.
        services: service principals that may use the key on behalf of the account.

    Example:
        >>> key = EncryptionKey(stack, "data-key", name="airflow-prod-data", purpose="Data stores of Airflow",
        ...                     account_id="111122223333", region="eu-central-1", log_groups=["/airflow/prod/*"])
        >>> resource("aws_kms_key.data_key")["enable_key_rotation"]
        True
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        purpose: str,
        account_id: str,
        region: str,
        log_groups: Sequence[str] = (),
        services: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id_)
        statements = [_account(account_id)]
        if log_groups:
            statements.append(_logs(account_id, region, log_groups))
        statements += [_service(service, account_id) for service in services]
        self._key = KmsKey(
            self,
            "Resource",
            description=purpose,
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=document(*statements),
            tags={"Name": name},
        )
        KmsAlias(self, "alias", name=f"alias/{name}", target_key_id=self._key.key_id)
        self.arn: str = self._key.arn


def _account(account_id: str) -> dict[str, Any]:
    """Return the statement that delegates access to IAM policies; without it, no principal could change the key."""
    return {
        "Sid": "AccountDecidesByIam",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }


def _logs(account_id: str, region: str, log_groups: Sequence[str]) -> dict[str, Any]:
    patterns = [f"arn:aws:logs:{region}:{account_id}:log-group:{name}" for name in log_groups]
    return {
        "Sid": "LogGroups",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{region}.amazonaws.com"},
        "Action": sorted(USE),
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": patterns}},
    }


def _service(service: str, account_id: str) -> dict[str, Any]:
    return {
        "Sid": "Service" + "".join(part.capitalize() for part in service.split(".", maxsplit=1)[0].split("-")),
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": sorted(USE),
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
    }
