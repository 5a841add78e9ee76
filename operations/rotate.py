"""S6: a secret replaced while Airflow runs. Each rotation can be broken off anywhere and started again.

A new value waits as ``<name>-next`` until whoever checks it (database, broker) knows it, so that none is ever lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from environments.facts.secrets import BROKER_TOKEN, DATABASE_PASSWORD, FERNET_KEY, SPECIFICATIONS
from environments.facts.topology import process_name, scheduling_component
from operations import broker_auth
from operations.account import Account
from operations.database import set_password
from operations.errors import Failed
from operations.one_off_task import run
from operations.parameters import Parameters, Secret
from operations.progress import say, step
from operations.services import roll

RE_ENCRYPT = ("airflow", "rotate-fernet-key")


def fernet(account: Account) -> None:
    """Two keys, everything encrypted again, one key: what was readable before stays readable throughout."""
    parameters, purpose = Parameters(account), SPECIFICATIONS[FERNET_KEY].purpose
    keys = parameters.require(FERNET_KEY).value.split(",")
    if len(keys) == 1:
        keys = [SPECIFICATIONS[FERNET_KEY].generate(), *keys]
        parameters.write(FERNET_KEY, ",".join(keys), purpose=purpose, replace=True)
        say("fernet-key: the new key is first, the old one still reads")
    else:
        say("fernet-key: two keys are there already, going on from there")
    if roll(account, why="two Fernet keys"):
        _encrypt_again(account)
    parameters.write(FERNET_KEY, keys[0], purpose=purpose, replace=True)
    roll(account, why="the new Fernet key alone")


def _encrypt_again(account: Account) -> None:
    process = process_name(scheduling_component(account.environment.topology))
    with step("encrypt connections and variables again"):
        ended = run(account, process, command=RE_ENCRYPT)
    if ended.exit_code != 0:
        raise Failed(
            f"encrypting again ended with exit code {ended.exit_code}; both keys stay. {ended.reason}\n{ended.tail}\n"
            f"Next: python -m operations rotate {account.environment.name} fernet"
        )


def _replace(name: str) -> Callable[[Account], None]:
    """A secret that only Airflow itself checks: replaced at once, then every Fargate task."""

    def rotate(account: Account) -> None:
        secret = SPECIFICATIONS[name]
        Parameters(account).write(name, secret.generate(), purpose=secret.purpose, replace=True)
        roll(account, why=f"a new {name}")

    return rotate


def database(account: Account) -> None:
    """The database learns the new password, then the parameter, then every Fargate task."""
    parameters = Parameters(account)
    parameters.require(DATABASE_PASSWORD)
    following = _next(parameters, DATABASE_PASSWORD)
    with step("password of the database"):
        set_password(account, following)
    _settle(parameters, DATABASE_PASSWORD, following)
    roll(account, why="a new database password")


def broker(account: Account) -> None:
    """The broker takes both tokens until every Fargate task has the new one."""
    parameters = Parameters(account)
    parameters.require(BROKER_TOKEN)
    following = _next(parameters, BROKER_TOKEN)
    with step("the broker takes both tokens"):
        broker_auth.accept(account, following)
    parameters.write(BROKER_TOKEN, following.value, purpose=SPECIFICATIONS[BROKER_TOKEN].purpose, replace=True)
    roll(account, why="a new broker token")
    with step("the broker takes the new token only"):
        broker_auth.demand(account, following)
    parameters.delete(f"{BROKER_TOKEN}-next")


def _next(parameters: Parameters, name: str) -> Secret:
    """The value that an unfinished rotation left, or a fresh one, stored before anybody learns it."""
    waiting, secret = f"{name}-next", SPECIFICATIONS[name]
    if parameters.read(waiting) is None:
        parameters.write(waiting, secret.generate(), purpose=f"{secret.purpose}: the next value")
    return parameters.require(waiting)


def _settle(parameters: Parameters, name: str, following: Secret) -> None:
    parameters.write(name, following.value, purpose=SPECIFICATIONS[name].purpose, replace=True)
    parameters.delete(f"{name}-next")


ROTATIONS: Mapping[str, Callable[[Account], None]] = {
    "fernet": fernet,
    "jwt": _replace("jwt-secret"),
    "api": _replace("api-secret-key"),
    "database": database,
    "broker": broker,
}
