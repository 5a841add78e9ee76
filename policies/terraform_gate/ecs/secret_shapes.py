"""Recognizes secrets by the name of a variable and by the format of a value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from terraform_gate.reading.expression import is_known, references

_NAME = re.compile(
    r"(PASSW(OR)?D|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|PRIVATE_?KEY|API_?KEY|ACCESS_?KEY|FERNET|DEPLOY_?KEY|SQL_ALCHEMY_CONN$"
    r"|BROKER_URL|RESULT_BACKEND|AIRFLOW_CONN_)",
    re.IGNORECASE,
)
_LOCATION = re.compile(
    r"_(ARN|NAME|NAMES|PATH|FILE|ID|VERSION|VERSIONS|PREFIX|TTL|TIMEOUT|CMD|REGION|ENDPOINT|HOST|PORT|ISSUER|AUDIENCE"
    r"|POLICY|LENGTH|LIMIT|COUNT|SIZE|ENABLED|EXPIRY|EXPIRATION|LIFETIME|SECONDS|MINUTES|HOURS|DAYS|TYPE|ALGORITHM"
    r"|PARALLELISM)$|(?<!BROKER)(?<!BACKEND)_URL$|__SECRETS__|^(MAX|MIN|NUM|TOTAL)_|_(MAX|MIN)_"
)
"""Names of locations, versions or settings of secrets."""
_HARMLESS = frozenset({"", "true", "false", "none", "null", "0", "1"})
_FORMATS = {
    "an AWS access key": re.compile(r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"),
    "a URL with a password": re.compile(r"\w+://[^\s/:@]*:[^\s/@]+@"),
    "a Fernet key": re.compile(r"(?<![\w/+-])[\w-]{43}=(?![\w=])"),
    "a GitHub token": re.compile(r"\b(gh[pousr]_\w{36,}|github_pat_\w{50,})"),
    "a Slack token": re.compile(r"\bxox[abprs]-[\w-]{10,}"),
    "a signed token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+"),
}
_SENSITIVE_ATTRIBUTES = frozenset(
    {"password", "result", "secret_string", "auth_token", "private_key_pem", "value", "secret", "master_password"}
)


def secret_reasons(name: str, value: object) -> Iterator[str]:
    """Yield the reasons why a plain-text value is a secret. The messages never contain the value."""
    text = str(value or "")
    for what, pattern in _FORMATS.items():
        if pattern.search(text):
            yield f"{name} contains {what}"
    for target in references(text):
        if target.attribute in _SENSITIVE_ATTRIBUTES:
            yield f"{name} contains the {target.attribute} of {target.key}"
    if is_known(text) and is_secret_name(name) and text.lower() not in _HARMLESS:
        yield f"{name} has the name of a secret"


def is_secret_name(name: str) -> bool:
    """Whether a variable name indicates a secret rather than its location.

    For Airflow, `X_SECRET` is the location of the secret X.
    """
    whole = name.removesuffix("_SECRET")
    is_location = bool(_LOCATION.search(name)) or (whole != name and bool(_NAME.search(whole)))
    return bool(_NAME.search(name)) and not is_location
