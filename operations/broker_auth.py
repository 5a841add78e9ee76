"""The broker's AUTH token, taken from Parameter Store: the provider has no write-only argument for it.

ElastiCache takes a token in two calls: ROTATE accepts it beside the old one (or beside none), SET refuses the old one.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from operations.account import Account, missing
from operations.errors import Refused
from operations.parameters import Secret
from operations.progress import say, wait_for

POLL_SECONDS = 15
MOST_SECONDS = 1800


def give_token(account: Account, token: Secret) -> bool:
    """Make the broker demand ``token``; False when it did since the token was last changed."""
    group = describe(account)
    set_at = group.get("AuthTokenLastModifiedDate")
    if group.get("AuthTokenEnabled") and set_at is not None and set_at >= token.changed:
        say("the broker has today's token")
        return False
    accept(account, token)
    demand(account, token)
    return True


def accept(account: Account, token: Secret) -> None:
    """Let the broker take ``token`` and the one before."""
    _modify(account, token, "ROTATE")


def demand(account: Account, token: Secret) -> None:
    """Let the broker take ``token`` only."""
    _modify(account, token, "SET")


def describe(account: Account) -> dict[str, Any]:
    """The replication group. Raises Refused when there is none."""
    elasticache, name = account.client("elasticache"), account.names.name
    try:
        found: dict[str, Any] = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    except ClientError as error:
        if not missing(error, "ReplicationGroupNotFoundFault", "ReplicationGroupNotFound"):
            raise
        raise Refused(f"broker {name} does not exist. Fix: make deploy ENV={account.environment.name}") from None
    return found


def _modify(account: Account, token: Secret, strategy: str) -> None:
    _until_available(account)
    account.client("elasticache").modify_replication_group(
        ReplicationGroupId=account.names.name,
        AuthToken=token.value,
        AuthTokenUpdateStrategy=strategy,
        ApplyImmediately=True,
    )
    _until_available(account)


def _until_available(account: Account) -> None:
    wait_for(
        "an available broker",
        lambda: True if describe(account)["Status"] == "available" else None,
        seconds=MOST_SECONDS,
        every=POLL_SECONDS,
        fix=f"Look: aws elasticache describe-replication-groups --replication-group-id {account.names.name}",
        sleep=account.sleep,
    )
