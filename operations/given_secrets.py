"""The secrets that people give in a file, because no program can generate them: a deploy key, a vendor's API key."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from environments.derived.receivers import authenticated
from environments.derived.teams import has_deploy_key
from environments.facts.secrets import (
    DEPLOY_KEY,
    DEPLOY_KEY_PURPOSE,
    OIDC_CLIENT_SECRET,
    OIDC_CLIENT_SECRET_PURPOSE,
    OPENLINEAGE_API_KEY,
    OPENLINEAGE_API_KEY_PURPOSE,
    OTLP_HEADERS,
    OTLP_HEADERS_PURPOSE,
)
from environments.facts.teams import deploy_key_name
from environments.model import Environment
from operations.account import Account
from operations.errors import PreconditionError
from operations.parameters import Parameters

MAX_CLIENT_SECRET = 4096
"""Characters of a standard parameter: https://docs.aws.amazon.com/general/latest/gr/ssm.html"""


@dataclass(frozen=True, kw_only=True)
class GivenSecret:
    """A secret that people give.

    Attributes:
        name: last part of the parameter's name.
        purpose: description of the parameter.
        option: option of ``operations secrets`` that names the file; ``=`` at its end precedes the file.
        key: the key of the environment that asks for the secret, with its value.
        needed: whether an environment needs the secret.
        content: the value in the text of a file; None when the text is no such secret.
        fix: how to get a valid file.
    """

    name: str
    purpose: str
    option: str
    key: str
    needed: Callable[[Environment], bool]
    content: Callable[[str], str | None]
    fix: str

    @property
    def usage(self) -> str:
        """The option with its argument, for messages."""
        return f"{self.option}{'' if self.option.endswith('=') else ' '}FILE"

    def read(self, file: Path) -> str:
        """The value in ``file``. Raises PreconditionError, without the content, when it is no such secret."""
        try:
            value = self.content(file.read_text(encoding="utf-8")) if file.is_file() else None
        except (OSError, UnicodeDecodeError):
            value = None
        if value is None:
            raise PreconditionError(f"{file} is not a {self.purpose[0].lower()}{self.purpose[1:]}. Fix: {self.fix}")
        return value


def _private_key(text: str) -> str | None:
    return text if "PRIVATE KEY-----" in text else None


def _client_secret(text: str) -> str | None:
    value = text.strip()
    one_word = value.isascii() and value.isprintable() and " " not in value
    return value if one_word and 0 < len(value) <= MAX_CLIENT_SECRET else None


def _headers(text: str) -> str | None:
    value = text.strip()
    named = all(re.fullmatch(r"\s*[A-Za-z0-9_-]+=.+", header) for header in value.split(","))
    return value if named and value.isascii() and value.isprintable() and len(value) <= MAX_CLIENT_SECRET else None


DEPLOY = GivenSecret(
    name=DEPLOY_KEY,
    purpose=DEPLOY_KEY_PURPOSE,
    option="--deploy-key",
    key="dags.deploy_key: true",
    needed=lambda environment: environment.dags.deploy_key,
    content=_private_key,
    fix="ssh-keygen -t ed25519 -f FILE",
)
CLIENT = GivenSecret(
    name=OIDC_CLIENT_SECRET,
    purpose=OIDC_CLIENT_SECRET_PURPOSE,
    option="--client-secret",
    key="auth.mode: oidc or alb_oidc",
    needed=lambda environment: environment.auth.uses_identity_provider,
    content=_client_secret,
    fix="write the client secret, and nothing else, to the file",
)
OTLP = GivenSecret(
    name=OTLP_HEADERS,
    purpose=OTLP_HEADERS_PURPOSE,
    option="--otlp-headers",
    key="telemetry.otlp.authenticate: true",
    needed=lambda environment: OTLP_HEADERS in authenticated(environment),
    content=_headers,
    fix="write one line of headers such as api-key=VALUE,tenant=VALUE to the file",
)
LINEAGE = GivenSecret(
    name=OPENLINEAGE_API_KEY,
    purpose=OPENLINEAGE_API_KEY_PURPOSE,
    option="--openlineage-api-key",
    key="telemetry.openlineage.authenticate: true",
    needed=lambda environment: OPENLINEAGE_API_KEY in authenticated(environment),
    content=_client_secret,
    fix="write the key, and nothing else, to the file",
)
GIVEN = (DEPLOY, CLIENT, OTLP, LINEAGE)
"""The secrets that every environment can need."""
TEAM_OPTION = "--team-deploy-key"


def given(environment: Environment) -> tuple[GivenSecret, ...]:
    """The secrets that people give to ``environment``: those of ``GIVEN`` and the deploy keys of its teams."""
    return (*GIVEN, *(_of_team(team.name) for team in environment.teams if has_deploy_key(team)))


def _of_team(team: str) -> GivenSecret:
    return GivenSecret(
        name=deploy_key_name(team),
        purpose=f"{DEPLOY_KEY_PURPOSE} of the team {team}",
        option=f"{TEAM_OPTION} {team}=",
        key=f"a repository over SSH for the team {team}",
        needed=lambda _environment: True,
        content=_private_key,
        fix=DEPLOY.fix,
    )


def team_files(values: Sequence[str]) -> dict[str, Path]:
    """The files of the option ``--team-deploy-key TEAM=FILE``. Raises PreconditionError for another form."""
    pairs = [value.partition("=") for value in values]
    if not all(team and file for team, _, file in pairs):
        raise PreconditionError(f"{TEAM_OPTION} needs TEAM=FILE, got {', '.join(values)}. Fix: name team and file")
    return {f"{TEAM_OPTION} {team}=": Path(file) for team, _, file in pairs}


def missing(account: Account, parameters: Parameters) -> Iterator[GivenSecret]:
    """The secrets that the environment needs and that do not exist."""
    for secret in given(account.environment):
        if secret.needed(account.environment) and parameters.read(secret.name) is None:
            yield secret


def require_files(account: Account, files: Mapping[str, Path | None]) -> None:
    """Raise PreconditionError when a given file is not needed or holds no such secret; AWS is not called."""
    known = given(account.environment)
    for option in sorted(set(files) - {secret.option for secret in known}):
        raise PreconditionError(
            f"{option}: {account.environment.name} has no team of this name with a repository over SSH. Fix: omit the "
            "option"
        )
    for secret in known:
        file = files.get(secret.option)
        if file is not None:
            _require_needed(account, secret)
            secret.read(file)


def _require_needed(account: Account, secret: GivenSecret) -> None:
    if not secret.needed(account.environment):
        raise PreconditionError(
            f"{account.environment.name} uses no {secret.name}. "
            f"Fix: set {secret.key} in {account.file}, or omit {secret.option}"
        )


def store(account: Account, parameters: Parameters, secret: GivenSecret, file: Path | None) -> list[str]:
    """Store ``secret`` from ``file``; an existing one stays when there is no file. Returns the names of new values.

    Raises:
        PreconditionError: the secret is needed and neither stored nor given, or given and not needed, or invalid.
    """
    if file is None and not secret.needed(account.environment):
        return []
    _require_needed(account, secret)
    if file is None:
        if parameters.read(secret.name) is not None:
            return []
        raise PreconditionError(
            f"{account.names.parameter(secret.name)} does not exist, but {account.file} sets {secret.key}. Fix: "
            f"{account.command('secrets', *secret.usage.split(' '))}"
        )
    parameters.write(secret.name, secret.read(file), purpose=secret.purpose, replace=True)
    return [secret.name]
