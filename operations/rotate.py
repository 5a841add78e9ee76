"""Rotates a secret while Airflow runs. Every rotation can be interrupted at any point and run again.

A new value is stored as ``<name>-next`` before the database or the broker learns it, so that it is never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from environments.facts.secrets import SPECIFICATIONS
from environments.facts.topology import process_name, scheduling_component
from operations import broker_auth, database_proxy, load_balancer_sign_on
from operations.account import Account
from operations.database import set_password
from operations.errors import OperationError, PreconditionError
from operations.given_secrets import CLIENT, store
from operations.one_off_task import run
from operations.parameters import Parameters, Secret
from operations.progress import say, step
from operations.services import roll

RE_ENCRYPT = ("airflow", "rotate-fernet-key")
ROLL_OUT = "roll-out"
LOAD_BALANCER = "secret of the load balancer"


def fernet(account: Account) -> None:
    """Add a new key, encrypt everything with it, remove the old key: stored values stay readable throughout."""
    parameters, purpose = Parameters(account), SPECIFICATIONS["fernet-key"].purpose
    account.steps.plan("both keys stored", "roll-out of both keys", "re-encryption", "old key removed", ROLL_OUT)
    with account.steps.run("both keys stored"):
        keys = parameters.require("fernet-key").value.split(",")
        if len(keys) == 1:
            keys = [SPECIFICATIONS["fernet-key"].generate(), *keys]
            parameters.write("fernet-key", ",".join(keys), purpose=purpose, replace=True)
            say("fernet-key: the new key encrypts, the old key still decrypts")
        else:
            say("fernet-key: two keys are stored already; the interrupted rotation continues")
    with account.steps.run("roll-out of both keys"):
        rolled = roll(account, why="two Fernet keys")
    with account.steps.run("re-encryption"):
        if rolled:
            _encrypt_again(account)
    with account.steps.run("old key removed"):
        parameters.write("fernet-key", keys[0], purpose=purpose, replace=True)
    with account.steps.run(ROLL_OUT):
        roll(account, why="only the new Fernet key")


def _encrypt_again(account: Account) -> None:
    process = process_name(scheduling_component(account.environment.topology))
    with step("encrypt connections and variables with the new key"):
        ended = run(account, process, command=RE_ENCRYPT)
    if ended.exit_code != 0:
        raise OperationError(
            f"re-encryption ended with exit code {ended.exit_code}; both keys stay valid. {ended.reason}\n"
            f"{ended.tail}\n"
            f"Fix: correct the cause, then {account.command('rotate', 'fernet')}"
        )


def _replace(name: str) -> Callable[[Account], None]:
    """The rotation of a secret that only Airflow checks: replace its value, then every Fargate task."""

    def rotate(account: Account) -> None:
        account.steps.plan("new value stored", ROLL_OUT)
        with account.steps.run("new value stored"):
            value = SPECIFICATIONS[name].generate()
            Parameters(account).write(name, value, purpose=SPECIFICATIONS[name].purpose, replace=True)
        with account.steps.run(ROLL_OUT):
            roll(account, why=f"a new {name}")

    return rotate


def database(account: Account) -> None:
    """Change the password in RDS, then in RDS Proxy's secret, then in Parameter Store, then replace Fargate tasks."""
    parameters = Parameters(account)
    account.steps.plan("new password stored", "password of the database", "password in use", ROLL_OUT)
    with account.steps.run("new password stored"):
        parameters.require("database-password")
        following = _next(parameters, "database-password")
    with account.steps.run("password of the database"), step("password of the database"):
        set_password(account, following)
    with account.steps.run("password in use"):
        database_proxy.set_password(account, following)
        _settle(parameters, "database-password", following)
    with account.steps.run(ROLL_OUT):
        roll(account, why="a new database password")
        parameters.delete("database-password-next")


def broker(account: Account) -> None:
    """The broker accepts the old and the new token until every Fargate task has the new one."""
    if account.environment.broker.authentication == "iam":
        raise PreconditionError(
            f"the broker of {account.environment.name} has no AUTH token: with broker.authentication iam, every login "
            "has a separate token, which is valid for 15 minutes. Fix: none is needed"
        )
    parameters = Parameters(account)
    account.steps.plan("new token stored", "both tokens accepted", "roll-out of the new token", "old token rejected")
    with account.steps.run("new token stored"):
        parameters.require("broker-auth-token")
        following = _next(parameters, "broker-auth-token")
    with account.steps.run("both tokens accepted"), step("the broker accepts both tokens"):
        broker_auth.accept(account, following)
    with account.steps.run("roll-out of the new token"):
        _settle(parameters, "broker-auth-token", following)
        roll(account, why="a new broker token")
    with account.steps.run("old token rejected"), step("the broker accepts only the new token"):
        broker_auth.require(account, following)
        parameters.delete("broker-auth-token-next")


def _next(parameters: Parameters, name: str) -> Secret:
    """The value that an interrupted rotation stored, or a fresh one."""
    waiting, secret = f"{name}-next", SPECIFICATIONS[name]
    if parameters.read(waiting) is None:
        parameters.write(waiting, secret.generate(), purpose=f"{secret.purpose}: the next value")
    return parameters.require(waiting)


def _settle(parameters: Parameters, name: str, following: Secret) -> None:
    """Store the next value as the current one; ``<name>-next`` stays until the rotation is complete."""
    parameters.write(name, following.value, purpose=SPECIFICATIONS[name].purpose, replace=True)


ROTATIONS: Mapping[str, Callable[[Account], None]] = {
    "fernet": fernet,
    "jwt": _replace("jwt-secret"),
    "api": _replace("api-secret-key"),
    "database": database,
    "broker": broker,
}
OIDC = "oidc"


def rotation_of(secret: str, file: Path | None) -> Callable[[Account], None]:
    """The rotation of ``secret``; ``file`` holds the new value of a secret that no program can generate.

    Raises:
        PreconditionError: the secret is unknown, or a file is missing or has no use.
    """
    if secret == OIDC:
        if file is None:
            raise PreconditionError(
                "the identity provider generates the client secret. Fix: create a second client secret there, write "
                "it to a file and add --from FILE"
            )
        return _client_secret(file)
    if secret not in ROTATIONS:
        raise PreconditionError(
            f"unknown secret {secret!r}. Allowed: {', '.join((*ROTATIONS, OIDC))}. Fix: name one of them"
        )
    if file is not None:
        raise PreconditionError(f"the new value of {secret} is generated. Fix: omit --from")
    return ROTATIONS[secret]


def _client_secret(file: Path) -> Callable[[Account], None]:
    """The rotation of the client secret; the identity provider accepts the old one until it is deleted there."""

    def rotate(account: Account) -> None:
        following = LOAD_BALANCER if account.environment.auth.at_load_balancer else ROLL_OUT
        account.steps.plan("new value stored", following)
        with account.steps.run("new value stored"):
            store(account, Parameters(account), CLIENT, file)
        with account.steps.run(following):
            if following == LOAD_BALANCER:
                load_balancer_sign_on.set_up(account)
            else:
                roll(account, why="a new client secret")

    return rotate
