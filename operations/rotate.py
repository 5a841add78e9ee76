"""S6: a secret replaced while Airflow runs. Each rotation can be broken off anywhere and started again.

A new value waits as ``<name>-next`` until whoever checks it (database, broker) knows it, so that none is ever lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from operations import broker_auth
from operations.account import Account
from operations.database import set_password
from operations.errors import Failed
from operations.one_off_task import run
from operations.parameters import Parameters, Secret
from operations.progress import say, step
from operations.secret_specifications import RECIPES, fernet_key
from operations.services import roll

RE_ENCRYPT = ("airflow", "rotate-fernet-key")


def fernet(account: Account) -> None:
    """Two keys, everything encrypted again, one key: what was readable before stays readable throughout."""
    parameters, purpose = Parameters(account), RECIPES["fernet-key"].purpose
    keys = parameters.require("fernet-key").value.split(",")
    if len(keys) == 1:
        keys = [fernet_key(), *keys]
        parameters.write("fernet-key", ",".join(keys), purpose=purpose, replace=True)
        say("fernet-key: the new key is first, the old one still reads")
    else:
        say("fernet-key: two keys are there already, going on from there")
    if roll(account, why="two Fernet keys"):
        _encrypt_again(account)
    parameters.write("fernet-key", keys[0], purpose=purpose, replace=True)
    roll(account, why="the new Fernet key alone")


def _encrypt_again(account: Account) -> None:
    standalone = account.environment.topology in {"sequential", "single"}
    with step("encrypt connections and variables again"):
        ended = run(account, "standalone" if standalone else "scheduler", command=RE_ENCRYPT)
    if ended.exit_code != 0:
        raise Failed(
            f"encrypting again ended with exit code {ended.exit_code}; both keys stay. {ended.reason}\n{ended.tail}\n"
            f"Next: python -m operations rotate {account.environment.name} fernet"
        )


def _replace(name: str) -> Callable[[Account], None]:
    """A secret that only Airflow itself checks: replaced at once, then every Fargate task."""

    def rotate(account: Account) -> None:
        Parameters(account).write(name, RECIPES[name].make(), purpose=RECIPES[name].purpose, replace=True)
        roll(account, why=f"a new {name}")

    return rotate


def database(account: Account) -> None:
    """The database learns the new password, then the parameter, then every Fargate task."""
    parameters = Parameters(account)
    parameters.require("database-password")
    following = _next(parameters, "database-password")
    with step("password of the database"):
        set_password(account, following)
    _settle(parameters, "database-password", following)
    roll(account, why="a new database password")


def broker(account: Account) -> None:
    """The broker takes both tokens until every Fargate task has the new one."""
    parameters = Parameters(account)
    parameters.require("broker-auth-token")
    following = _next(parameters, "broker-auth-token")
    with step("the broker takes both tokens"):
        broker_auth.accept(account, following)
    parameters.write("broker-auth-token", following.value, purpose=RECIPES["broker-auth-token"].purpose, replace=True)
    roll(account, why="a new broker token")
    with step("the broker takes the new token only"):
        broker_auth.demand(account, following)
    parameters.delete("broker-auth-token-next")


def _next(parameters: Parameters, name: str) -> Secret:
    """The value that an unfinished rotation left, or a fresh one, stored before anybody learns it."""
    waiting = f"{name}-next"
    if parameters.read(waiting) is None:
        parameters.write(waiting, RECIPES[name].make(), purpose=f"{RECIPES[name].purpose}: the next value")
    return parameters.require(waiting)


def _settle(parameters: Parameters, name: str, following: Secret) -> None:
    parameters.write(name, following.value, purpose=RECIPES[name].purpose, replace=True)
    parameters.delete(f"{name}-next")


ROTATIONS: Mapping[str, Callable[[Account], None]] = {
    "fernet": fernet,
    "jwt": _replace("jwt-secret"),
    "api": _replace("api-secret-key"),
    "database": database,
    "broker": broker,
}
