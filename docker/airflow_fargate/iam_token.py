"""Tokens of IAM database authentication, which take the place of the database password.

A token is a presigned request that RDS checks when a connection opens. A connection stays open after its token expired.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from airflow_fargate.startup_error import StartupError

AUTHENTICATION = "AIRFLOW_DB_AUTHENTICATION"
IAM, PASSWORD = "iam", "password"
# RDS accepts a token for 15 minutes, whatever the token asks for.
LIFETIME_SECONDS = 900


def is_required(environ: Mapping[str, str]) -> bool:
    """Whether components log in with tokens; raises StartupError for an unknown value."""
    value = environ.get(AUTHENTICATION) or PASSWORD
    if value not in {IAM, PASSWORD}:
        raise StartupError(f"{AUTHENTICATION}: expected {PASSWORD} or {IAM}, got {value!r}")
    return value == IAM


def make(*, host: str, port: int, user: str, region: str) -> str:
    """A token for one user of one database, signed with the credentials of the task role.

    The signature is computed here, without a request to AWS; botocore fetches new credentials before they expire.

    Raises:
        StartupError: there are no AWS credentials.
    """
    from botocore.auth import SigV4QueryAuth
    from botocore.awsrequest import AWSRequest

    request = AWSRequest("GET", f"https://{host}:{port}/", params={"Action": "connect", "DBUser": user})
    SigV4QueryAuth(credentials(), "rds-db", region, expires=LIFETIME_SECONDS).add_auth(request)
    return str(request.url).removeprefix("https://")


def credentials(*, variable: str = AUTHENTICATION, action: str = "rds-db:connect") -> Any:
    """The current credentials.

    Args:
        variable: the variable that asks for tokens, for messages.
        action: the IAM action that the task role needs.

    Raises:
        StartupError: there are none.
    """
    from botocore.exceptions import BotoCoreError

    fix = f"Fix: give the Fargate task a task role with {action}"
    try:
        source = _source()
        found = source.get_frozen_credentials() if source else None
    except BotoCoreError as error:
        raise StartupError(f"{variable}: no AWS credentials: {error}. {fix}") from error
    if found is None:
        raise StartupError(f"{variable}: no AWS credentials. {fix}")
    return found


@cache
def _source() -> Any:
    """The source of credentials, once per process: it keeps them until shortly before they expire."""
    from botocore.session import get_session

    return get_session().get_credentials()
