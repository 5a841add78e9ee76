"""Creates missing secrets, validates existing ones and sets the logins of the broker. No value is ever replaced."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from environments.facts.secrets import SPECIFICATIONS, names_for_topology
from operations.account import Account
from operations.broker_auth import set_token, set_users
from operations.errors import PreconditionError
from operations.given_secrets import given, store
from operations.parameters import Parameters
from operations.progress import say, step


def complete(account: Account, *, files: Mapping[str, Path | None] | None = None) -> list[str]:
    """Create missing secrets, validate existing ones, set the broker's logins; returns the names of new secrets.

    Args:
        files: file of each secret that people give, by its option (``--deploy-key``).

    Raises:
        PreconditionError: a secret is invalid, or one that people give is required and neither stored nor given.
    """
    parameters = Parameters(account)
    made = _make_missing(account, parameters)
    for secret in given(account.environment):
        made += store(account, parameters, secret, (files or {}).get(secret.option))
    say(f"secrets under {account.names.path}/: {', '.join(made) + ' created' if made else 'all exist'}")
    if account.environment.topology == "celery":
        _log_in_to_broker(account, parameters)
    return made


def _log_in_to_broker(account: Account, parameters: Parameters) -> None:
    if account.environment.broker.authentication == "iam":
        with step("user group of the broker"):
            set_users(account)
        return
    with step("AUTH token of the broker"):
        set_token(account, parameters.require("broker-auth-token"))


def _make_missing(account: Account, parameters: Parameters) -> list[str]:
    made, wrong = [], []
    for name in names_for_topology(account.environment.topology, broker=account.environment.broker.authentication):
        found, specification = parameters.read(name), SPECIFICATIONS[name]
        if found is None:
            parameters.write(name, specification.generate(), purpose=specification.purpose)
            made.append(name)
        elif problem := specification.validate(found.value):
            wrong.append(f"{account.names.parameter(name)} {problem}")
    if wrong:
        fix = f"Fix: delete it if no Fargate task uses it yet, then {account.command('secrets')}"
        raise PreconditionError(f"{'; '.join(wrong)}. {fix}")
    return made
