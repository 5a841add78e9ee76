"""Creates missing secrets, validates existing ones and sets the broker's AUTH token. No value is ever replaced."""

from __future__ import annotations

from pathlib import Path

from environments.facts.secrets import DEPLOY_KEY, SPECIFICATIONS, names_for_topology
from operations.account import Account
from operations.broker_auth import set_token
from operations.errors import PreconditionError
from operations.parameters import Parameters
from operations.progress import say, step


def complete(account: Account, *, deploy_key: Path | None = None) -> list[str]:
    """Create missing secrets, validate existing ones, set the broker's AUTH token; returns the names of new secrets.

    Args:
        deploy_key: file of a private SSH key for the DAG repository.

    Raises:
        PreconditionError: a secret is invalid, or the deploy key is required and neither stored nor given.
    """
    parameters = Parameters(account)
    made = _make_missing(account, parameters)
    if account.environment.dags.deploy_key:
        made += _deploy_key(account, parameters, deploy_key)
    elif deploy_key:
        raise PreconditionError(
            f"{account.environment.name} clones the DAG repository without a key. "
            f"Fix: set dags.deploy_key: true in {account.file}, or omit --deploy-key"
        )
    say(f"secrets under {account.names.path}/: {', '.join(made) + ' created' if made else 'all exist'}")
    if account.environment.topology == "celery":
        with step("AUTH token of the broker"):
            set_token(account, parameters.require("broker-auth-token"))
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
        fix = f"Fix: delete it if no Fargate task uses it yet, then {account.command('secrets')}"
        raise PreconditionError(f"{'; '.join(wrong)}. {fix}")
    return made


def _deploy_key(account: Account, parameters: Parameters, file: Path | None) -> list[str]:
    if parameters.read(DEPLOY_KEY) is not None and file is None:
        return []
    if file is None:
        raise PreconditionError(
            f"{account.names.parameter(DEPLOY_KEY)} does not exist, and dags.deploy_key is true. Fix: "
            f"{account.command('secrets', '--deploy-key FILE')}"
        )
    key = file.read_text(encoding="utf-8") if file.is_file() else ""
    if "PRIVATE KEY-----" not in key:
        raise PreconditionError(f"{file} is not a private SSH key. Fix: ssh-keygen -t ed25519 -f {file}")
    parameters.write(DEPLOY_KEY, key, purpose="Private SSH key for the DAG repository", replace=True)
    return [DEPLOY_KEY]
