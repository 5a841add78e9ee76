"""S1: every secret is there and right, and the broker knows its token. Existing values are never replaced."""

from __future__ import annotations

from pathlib import Path

from environments.facts.secrets import BROKER_TOKEN, DEPLOY_KEY, DEPLOY_KEY_PURPOSE, SPECIFICATIONS, names_for_topology
from environments.facts.topology import uses_celery
from operations.account import Account
from operations.broker_auth import give_token
from operations.errors import Refused
from operations.parameters import Parameters
from operations.progress import say, step


def complete(account: Account, *, deploy_key: Path | None = None) -> list[str]:
    """Make what is missing, judge what is there, tell the broker its token; names of what was made.

    ``deploy_key`` is the file of a private SSH key for the DAG repository. Raises Refused when a secret is wrong, or
    when the deploy key is wanted and neither stored nor given.
    """
    parameters = Parameters(account)
    made = _make_missing(account, parameters)
    if account.environment.dags.deploy_key:
        made += _deploy_key(account, parameters, deploy_key)
    elif deploy_key:
        raise Refused(f"{account.environment.name} clones without a key: dags.deploy_key is false")
    say(f"secrets below {account.names.path}/: {', '.join(made) + ' made' if made else 'all there'}")
    if uses_celery(account.environment.topology):
        with step("AUTH token of the broker"):
            give_token(account, parameters.require(BROKER_TOKEN))
    return made


def _make_missing(account: Account, parameters: Parameters) -> list[str]:
    made, wrong = [], []
    for name in names_for_topology(account.environment.topology):
        found, specification = parameters.read(name), SPECIFICATIONS[name]
        if found is None:
            parameters.write(name, specification.generate(), purpose=specification.purpose)
            made.append(name)
        elif problem := specification.validate(found.value):
            wrong.append(f"{account.names.parameter(name)} {problem}")
    if wrong:
        fix = f"Fix: delete it where nothing uses it yet, then python -m operations secrets {account.environment.name}"
        raise Refused(f"{'; '.join(wrong)}. {fix}")
    return made


def _deploy_key(account: Account, parameters: Parameters, file: Path | None) -> list[str]:
    if parameters.read(DEPLOY_KEY) is not None and file is None:
        return []
    if file is None:
        raise Refused(
            f"{account.names.parameter(DEPLOY_KEY)} does not exist, and dags.deploy_key is true. Fix: "
            f"python -m operations secrets {account.environment.name} --deploy-key FILE"
        )
    key = file.read_text(encoding="utf-8") if file.is_file() else ""
    if "PRIVATE KEY-----" not in key:
        raise Refused(f"{file} is not a private SSH key. Fix: ssh-keygen -t ed25519 -f {file}")
    parameters.write(DEPLOY_KEY, key, purpose=DEPLOY_KEY_PURPOSE, replace=True)
    return [DEPLOY_KEY]
