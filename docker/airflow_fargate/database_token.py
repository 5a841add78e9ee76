"""Tokens of IAM database authentication, which take the place of the database password.

A connection stays open after its token expired.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
"""

from __future__ import annotations

from collections.abc import Mapping

from airflow_fargate import iam_token

AUTHENTICATION = "AIRFLOW_DB_AUTHENTICATION"


def is_required(environ: Mapping[str, str]) -> bool:
    """Whether components log in with tokens; raises StartupError for an unknown value."""
    return iam_token.is_required(environ, AUTHENTICATION, otherwise="password")


def make(*, host: str, port: int, user: str, region: str) -> str:
    """A token for one user of one database.

    Raises:
        StartupError: there are no AWS credentials.
    """
    return iam_token.make(
        f"{host}:{port}", user={"DBUser": user}, action="rds-db:connect", region=region, variable=AUTHENTICATION
    )
