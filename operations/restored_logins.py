"""Lets the task roles log in to the restored instance: their permission names the resource id of one instance."""

from __future__ import annotations

import json
from collections.abc import Iterator

from environments.facts.naming import LOGIN_POLICY
from operations.account import Account
from operations.progress import step


def follow(account: Account, before: str, after: str) -> None:
    """Replace the resource id ``before`` by ``after`` in the permissions; nothing happens with the password.

    The next plan of the Airflow stack is empty, because the outputs of the foundation have the new id too.
    """
    if account.environment.database.authentication != "iam":
        return
    iam = account.client("iam")
    with step("permissions to log in to the restored instance"):
        for role in _roles(account):
            if LOGIN_POLICY not in iam.list_role_policies(RoleName=role)["PolicyNames"]:
                continue
            policy = iam.get_role_policy(RoleName=role, PolicyName=LOGIN_POLICY)["PolicyDocument"]
            text = (policy if isinstance(policy, str) else json.dumps(policy)).replace(f":{before}/", f":{after}/")
            iam.put_role_policy(RoleName=role, PolicyName=LOGIN_POLICY, PolicyDocument=text)


def _roles(account: Account) -> Iterator[str]:
    """Names of the environment's roles."""
    pages = account.client("iam").get_paginator("list_roles").paginate(PathPrefix=account.environment.iam.path)
    for page in pages:
        yield from (role["RoleName"] for role in page["Roles"] if role["RoleName"].startswith(f"{account.names.name}-"))
