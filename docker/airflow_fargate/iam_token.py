"""Tokens of the task role for a login (IAM authentication): presigned requests of the action ``connect``.

RDS and ElastiCache check such a token when a connection logs in.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from airflow_fargate.startup_error import StartupError

IAM = "iam"
# RDS and ElastiCache accept a token for 15 minutes, whatever the token asks for.
LIFETIME_SECONDS = 900


def is_required(environ: Mapping[str, str], variable: str, *, otherwise: str) -> bool:
    """Whether ``variable`` asks for tokens; an absent one is ``otherwise``.

    Raises:
        StartupError: the value is neither ``iam`` nor ``otherwise``.
    """
    value = environ.get(variable) or otherwise
    if value not in {IAM, otherwise}:
        raise StartupError(f"{variable}: expected {otherwise} or {IAM}, got {value!r}")
    return value == IAM


def make(address: str, *, user: Mapping[str, str], action: str, region: str, variable: str) -> str:
    """A token, signed with the credentials of the task role.

    The signature is computed here, without a request to AWS; botocore fetches new credentials before they expire.

    Args:
        address: the server that accepts the token.
        user: query parameter that names the user, with its value.
        action: IAM action that the task role needs; its prefix is the service that the token is signed for.
        region: AWS region of the server.
        variable: the variable that asks for tokens, for messages.

    Raises:
        StartupError: there are no AWS credentials.
    """
    from botocore.auth import SigV4QueryAuth
    from botocore.awsrequest import AWSRequest

    request = AWSRequest("GET", f"https://{address}/", params={"Action": "connect", **user})
    credentials = _credentials(variable=variable, action=action)
    SigV4QueryAuth(credentials, action.partition(":")[0], region, expires=LIFETIME_SECONDS).add_auth(request)
    return str(request.url).removeprefix("https://")


def _credentials(*, variable: str, action: str) -> Any:
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
