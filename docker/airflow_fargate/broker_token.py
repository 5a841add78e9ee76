"""Tokens of ElastiCache IAM authentication, which take the place of the broker's AUTH token.

ElastiCache closes a connection 12 hours after its login; the client then logs in again with a fresh token.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
"""

from __future__ import annotations

from collections.abc import Mapping

from airflow_fargate import iam_token

AUTHENTICATION = "AIRFLOW_BROKER_AUTHENTICATION"


def is_required(environ: Mapping[str, str]) -> bool:
    """Whether components log in to the broker with IAM tokens; raises StartupError for an unknown value."""
    return iam_token.is_required(environ, AUTHENTICATION, otherwise="token")


def make(*, cache: str, user: str, region: str) -> str:
    """A token for one user of one replication group.

    Args:
        cache: id of the replication group; ElastiCache does not use its DNS name here.
        user: id of the user.
        region: AWS region of the replication group.

    Raises:
        StartupError: there are no AWS credentials.
    """
    return iam_token.make(
        cache, user={"User": user}, action="elasticache:Connect", region=region, variable=AUTHENTICATION
    )
