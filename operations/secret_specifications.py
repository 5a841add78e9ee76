"""How each secret of an environment is made, and what a right one looks like. Values are never shown."""

from __future__ import annotations

import base64
import binascii
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LETTERS_AND_DIGITS = string.ascii_letters + string.digits
PASSWORD = LETTERS_AND_DIGITS + "!#$%&()*+,-.:;<=>?[]^_{|}~"
"""RDS refuses / @ double quote and space in a password."""
FERNET_BYTES = 32


@dataclass(frozen=True)
class Recipe:
    """One SecureString: ``make`` gives a fresh value, ``mistake`` says what is wrong with one (None: nothing)."""

    purpose: str
    make: Callable[[], str]
    mistake: Callable[[str], str | None]


def _random(length: int, alphabet: str = LETTERS_AND_DIGITS) -> Callable[[], str]:
    return lambda: "".join(secrets.choice(alphabet) for _ in range(length))


def fernet_key() -> str:
    """32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(FERNET_BYTES)).decode()


def _length(least: int, most: int, *, without: str = "") -> Callable[[str], str | None]:
    def mistake(value: str) -> str | None:
        if not least <= len(value) <= most:
            return f"has {len(value)} characters, {least} to {most} are wanted"
        return f"has a character of {without!r}" if set(value) & set(without) else None

    return mistake


def _fernet_mistake(value: str) -> str | None:
    for position, key in enumerate(value.split(","), start=1):
        try:
            length = len(base64.b64decode(key, altchars=b"-_", validate=True))
        except (binascii.Error, ValueError):
            length = 0
        if length != FERNET_BYTES:
            return f"key {position} is not {FERNET_BYTES} bytes in URL-safe base64"
    return None


RECIPES: Mapping[str, Recipe] = {
    "database-password": Recipe(
        "Password of the metadata database", _random(40, PASSWORD), _length(8, 128, without='/@" ')
    ),
    "broker-auth-token": Recipe("AUTH token of the broker", _random(64), _length(16, 128, without='/@" ')),
    "fernet-key": Recipe("Fernet key of connections and variables", fernet_key, _fernet_mistake),
    "jwt-secret": Recipe("Signs the tokens between components", _random(64), _length(32, 4096)),
    "api-secret-key": Recipe("Signs sessions and log requests", _random(64), _length(32, 4096)),
    "admin-password": Recipe("First password of the user admin", _random(24), _length(12, 128)),
}
DEPLOY_KEY = "git-deploy-key"


def wanted(topology: str) -> tuple[str, ...]:
    """Names of the secrets of a topology: the broker's with Celery only."""
    return tuple(name for name in RECIPES if name != "broker-auth-token" or topology == "celery")
