"""Sets how clients log in to the broker: with the AUTH token from Parameter Store, or as a user of its user group.

The provider has no write-only argument for the token. ElastiCache takes a token in two calls: ROTATE accepts it in
addition to the old token (or to no token), SET accepts only the new one. It exchanges a token for a user group, and a
user group for a token, in one call.
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from operations.account import Account, missing
from operations.errors import PreconditionError
from operations.parameters import Secret
from operations.progress import say, wait_for

POLL_SECONDS = 15
TIMEOUT_SECONDS = 1800


def set_token(account: Account, token: Secret) -> bool:
    """Make the broker require ``token``; False when it already does."""
    group = describe(account)
    if group.get("UserGroupIds"):
        _modify(account, AuthToken=token.value, AuthTokenUpdateStrategy="SET", RemoveUserGroups=True)
        return True
    set_at = group.get("AuthTokenLastModifiedDate")
    if group.get("AuthTokenEnabled") and set_at is not None and set_at >= token.changed:
        say("the broker already requires the stored token")
        return False
    accept(account, token)
    require(account, token)
    return True


def set_users(account: Account) -> bool:
    """Make the broker accept the users of its user group only; False when it already does."""
    group = describe(account)
    if account.names.name in group.get("UserGroupIds", ()):
        say("the broker already requires its users")
        return False
    strategy = {"AuthTokenUpdateStrategy": "DELETE"} if group.get("AuthTokenEnabled") else {}
    _modify(account, UserGroupIdsToAdd=[account.names.name], **strategy)
    return True


def accept(account: Account, token: Secret) -> None:
    """Make the broker accept ``token`` and the previous token."""
    _modify(account, AuthToken=token.value, AuthTokenUpdateStrategy="ROTATE")


def require(account: Account, token: Secret) -> None:
    """Make the broker accept only ``token``."""
    _modify(account, AuthToken=token.value, AuthTokenUpdateStrategy="SET")


def describe(account: Account) -> dict[str, Any]:
    """The replication group. Raises PreconditionError when it does not exist."""
    elasticache, name = account.client("elasticache"), account.names.name
    try:
        found: dict[str, Any] = elasticache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    except ClientError as error:
        if not missing(error, "ReplicationGroupNotFoundFault", "ReplicationGroupNotFound"):
            raise
        raise PreconditionError(f"broker {name} does not exist. Fix: {account.command('deploy')}") from None
    return found


def wait_while_creating(account: Account) -> None:
    """Wait until ElastiCache has created a broker that an interrupted run ordered; return at once without one."""
    try:
        status = describe(account)["Status"]
    except PreconditionError:
        return
    if status == "creating":
        _until_available(account)


def _modify(account: Account, **changes: Any) -> None:
    _until_available(account)
    account.client("elasticache").modify_replication_group(
        ReplicationGroupId=account.names.name, ApplyImmediately=True, **changes
    )
    _until_available(account)


def _until_available(account: Account) -> None:
    wait_for(
        "an available broker",
        lambda: True if describe(account)["Status"] == "available" else None,
        seconds=TIMEOUT_SECONDS,
        every=POLL_SECONDS,
        fix=f"Check: aws elasticache describe-replication-groups --replication-group-id {account.names.name}",
        sleep=account.sleep,
    )
