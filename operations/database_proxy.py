"""The copy of the database password that RDS Proxy reads: a secret in Secrets Manager."""

from __future__ import annotations

import json

from operations.account import Account
from operations.errors import PreconditionError
from operations.parameters import Secret
from operations.progress import step


def secret_name(account: Account) -> str:
    """Name of the secret that the foundation creates for RDS Proxy."""
    return f"{account.names.name}-database-proxy"


def set_password(account: Account, password: Secret) -> None:
    """Update the copy; nothing happens where ``database.proxy`` is false.

    RDS Proxy reads a changed secret for every new connection; open connections stay open.
    """
    if not account.environment.database.proxy:
        return
    current = _read(account)
    if current.get("password") == password.value:
        return
    with step("password of the database proxy"):
        account.client("secretsmanager").put_secret_value(
            SecretId=secret_name(account), SecretString=json.dumps({**current, "password": password.value})
        )


def has_password(account: Account, password: Secret) -> bool:
    """Whether the copy is the password that Parameter Store has."""
    return _read(account).get("password") == password.value


def _read(account: Account) -> dict[str, str]:
    client = account.client("secretsmanager")
    try:
        found: dict[str, str] = json.loads(client.get_secret_value(SecretId=secret_name(account))["SecretString"])
    except client.exceptions.ResourceNotFoundException:
        raise PreconditionError(
            f"secret {secret_name(account)} does not exist. Fix: {account.command('deploy')}"
        ) from None
    return found


def follow(account: Account) -> None:
    """Let RDS Proxy connect to the instance that has the environment's name now; nothing happens without a proxy.

    The instance is registered again, because AWS does not document whether a target follows an instance or its name.
    """
    if not account.environment.database.proxy:
        return
    rds, name = account.client("rds"), account.names.name
    targets = rds.describe_db_proxy_targets(DBProxyName=name)["Targets"]
    old = [target["RdsResourceId"] for target in targets]
    with step("target of the database proxy"):
        if old:
            rds.deregister_db_proxy_targets(DBProxyName=name, DBInstanceIdentifiers=old)
        rds.register_db_proxy_targets(DBProxyName=name, DBInstanceIdentifiers=[name])
