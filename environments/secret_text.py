"""Detects names and values that look like secrets, and masks them in text."""

from __future__ import annotations

import re
from itertools import pairwise

MASK = "***"
_WORDS = (
    "PASSWORD|PASSWD|PASSPHRASE|PASS|PWD|TOKEN|CREDENTIALS?|SECRET|SECRET[_-]KEY|FERNET[_-]KEY|ACCESS[_-]KEY|ACCESS_KEY_ID"
    "|PRIVATE[_-]KEY|API[_-]?KEY|WEBHOOK|WEBHOOK_URL|SQL_ALCHEMY_CONN|SQL_ALCHEMY_CONN_ASYNC|BROKER_URL|RESULT_BACKEND|SENTRY_DSN"
)
SECRET_NAME = re.compile(rf"(^|[_.-])({_WORDS})$|(PASSWORD|PASSWD|APIKEY)$", re.IGNORECASE)
"""Names of options and keys that hold a secret: ``SMTP_PASS``, ``api_key``, ``access_token``."""

_ASSIGNED = re.compile(
    rf"(?P<name>[\"']?\b(?:[a-z0-9]+[_.-])*(?:{_WORDS})\b[\"']?\s*[=:]\s*[\"']?)(?P<value>[^\s\"'&,}}]+)", re.IGNORECASE
)
_CREDENTIALS = (
    re.compile(r"-----BEGIN.*?(?:-----END[A-Z ]*-----|(?=['\"])|$)", re.DOTALL),
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    re.compile(r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[a-z]-|sk-|sk_live_)[A-Za-z0-9_-]{10,}"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+)*"),
    re.compile(r"https://hooks\.slack\.com/[^\s'\"]+"),
    re.compile(r"\b(?:bearer|basic) +(?=\S*[0-9=])[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE),
)
_PASSWORD_IN_URL = re.compile(r"://[^\s'\"]*:[^\s'\"]*@")
_USER_IN_URL = re.compile(r"(?<=://)[^\s'\"]*@")
_USER_WITH_PASSWORD = re.compile(r"[^\s'\"/@:]+:(?!//)[^\s'\"@]+@(?=[\w.-]+)")
_WORD = re.compile(r"[A-Za-z0-9+/_=-]{28,}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
RANDOM_SHARE = 0.3
"""Share of changes between lower case, upper case and digits above which a word of 28 characters looks random. Words
that people write, such as names of TLS policies, have less than 0.25; base64 and hexadecimal digits have about 0.5."""


def is_secret(name: str, value: str) -> bool:
    """Tell whether an option called ``name`` with ``value`` holds a secret.

    >>> is_secret("AIRFLOW__SMTP__SMTP_PASS", "x"), is_secret("AIRFLOW__API__PAGE_SIZE", "50")
    (True, False)
    """
    return bool(
        SECRET_NAME.search(name)
        or any(pattern.search(value) for pattern in _CREDENTIALS)
        or _PASSWORD_IN_URL.search(value)
        or _ASSIGNED.search(value)
    )


def holds_credentials(text: str) -> bool:
    """Tell whether ``text`` contains a private key, an access key, a token, or a password in a URL.

    >>> holds_credentials("AKIAIOSFODNN7EXAMPLE"), holds_credentials("arn:aws:ssm:eu-central-1:1:parameter/jwt-secret")
    (True, False)
    """
    return any(pattern.search(text) for pattern in _CREDENTIALS) or bool(_PASSWORD_IN_URL.search(text))


def masked(text: str) -> str:
    """``text`` with ``***`` instead of everything that looks like a secret.

    >>> masked("got 'https://me:a/b@c@example.com/x'"), masked("got 'password=hunter2'")
    ("got 'https://***@example.com/x'", "got 'password=***'")
    """
    for pattern in _CREDENTIALS:
        text = pattern.sub(MASK, text)
    text = _USER_IN_URL.sub(f"{MASK}@", text)
    text = _USER_WITH_PASSWORD.sub(f"{MASK}@", text)
    text = _ASSIGNED.sub(rf"\g<name>{MASK}", text)
    return _WORD.sub(lambda word: MASK if _looks_random(_UUID.sub("", word[0])) else word[0], text)


def _looks_random(word: str) -> bool:
    kinds = ["digit" if char.isdigit() else "upper" if char.isupper() else "lower" for char in word if char.isalnum()]
    changes = sum(kind != following for kind, following in pairwise(kinds))
    return len(kinds) >= 28 and changes >= RANDOM_SHARE * len(kinds)
