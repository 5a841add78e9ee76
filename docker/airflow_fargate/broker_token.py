"""Tokens of ElastiCache IAM authentication, which take the place of the broker's AUTH token.

A token is a presigned request that ElastiCache checks when a connection logs in. ElastiCache closes the connection
after 12 hours; the client then logs in again with a fresh token.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
"""

from __future__ import annotations

from collections.abc import Mapping

from airflow_fargate import iam_token
from airflow_fargate.startup_error import StartupError

AUTHENTICATION = "AIRFLOW_BROKER_AUTHENTICATION"
IAM, TOKEN = "iam", "token"
# ElastiCache accepts a token for 15 minutes, whatever the token asks for.
LIFETIME_SECONDS = 900


def is_required(environ: Mapping[str, str]) -> bool:
    """Whether components log in to the broker with IAM tokens; raises StartupError for an unknown value."""
    value = environ.get(AUTHENTICATION) or TOKEN
    if value not in {IAM, TOKEN}:
        raise StartupError(f"{AUTHENTICATION}: expected {TOKEN} or {IAM}, got {value!r}")
    return value == IAM


def make(*, cache: str, user: str, region: str) -> str:
    """A token for one user of one replication group, signed with the credentials of the task role.

    Args:
        cache: id of the replication group; ElastiCache does not use its DNS name here.
        user: id of the user.
        region: AWS region of the replication group.

    Raises:
        StartupError: there are no AWS credentials.
    """
    from botocore.auth import SigV4QueryAuth
    from botocore.awsrequest import AWSRequest

    credentials = iam_token.credentials(variable=AUTHENTICATION, action="elasticache:Connect")
    request = AWSRequest("GET", f"http://{cache}/", params={"Action": "connect", "User": user})
    SigV4QueryAuth(credentials, "elasticache", region, expires=LIFETIME_SECONDS).add_auth(request)
    return str(request.url).removeprefix("http://")
