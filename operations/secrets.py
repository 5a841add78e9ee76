"""Creates missing secrets, validates existing ones and sets the broker's AUTH token. No value is ever replaced."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from environments.derived.receivers import parameters as receiver_parameters
from environments.facts.secrets import DEPLOY_KEY, SPECIFICATIONS, WRITTEN_BY_PEOPLE, names_for_topology
from operations.account import Account
from operations.broker_auth import set_token
from operations.errors import PreconditionError
from operations.parameters import Parameters
from operations.progress import say, step


def complete(
    account: Account, *, deploy_key: Path | None = None, given: Mapping[str, Path | None] | None = None
) -> list[str]:
    """Create missing secrets, validate existing ones, set the broker's AUTH token; returns the names of new secrets.

    Args:
        deploy_key: file of a private SSH key for the DAG repository.
        given: files with the secrets of receivers of telemetry, by name of the parameter.

    Raises:
        PreconditionError: a secret is invalid, or one that people write is required and neither stored nor given.
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
    made += _for_receivers(account, parameters, given or {})
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


def _for_receivers(account: Account, parameters: Parameters, given: Mapping[str, Path | None]) -> list[str]:
    required, made = receiver_parameters(account.environment), []
    for name, file in given.items():
        if file and name not in required:
            raise PreconditionError(
                f"{account.environment.name} sends no {name}. Fix: set authenticate: true below telemetry in "
                f"{account.file}, or omit --{name}"
            )
    for name, key in required.items():
        file = given.get(name)
        if file is None and parameters.read(name) is None:
            raise PreconditionError(
                f"{account.names.parameter(name)} does not exist, and {key} is true. Fix: "
                f"{account.command('secrets', f'--{name} FILE')}"
            )
        if file:
            parameters.write(name, _one_line(file), purpose=WRITTEN_BY_PEOPLE[name], replace=True)
            made.append(name)
    return made


def _one_line(file: Path) -> str:
    text = file.read_text(encoding="utf-8").strip() if file.is_file() else ""
    if not text or not text.isprintable():
        raise PreconditionError(f"{file} does not contain one line of text. Fix: write the secret to the file")
    return text
