"""AF_STATE_5: no backend and no provider contains credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import expressions
from terraform_gate.reading.settings import BACKEND, PROVIDER
from terraform_gate.rules.shared.settings_rule import SettingsRule, backend_example, provider_example, s3_backend
from terraform_gate.terraform_resource import Resource, items

_SECRETS = frozenset(
    {
        *("access_key", "secret_key", "token", "password", "secret", "access_token", "sas_token", "client_secret"),
        *("conn_str", "credentials", "encryption_key", "client_private_key_pem", "api_key", "private_key"),
    }
)
_SHORTEST_KEY = 16
"""The shortest access key ID of AWS (API reference of IAM, AccessKey). Shorter ones are for emulators."""
_PASSWORD = re.compile(r"[\w+.-]+://[^\s/:@]*:[^\s/@]+@")
_KEY = "AKIA" + "IOSFODNN7EXAMPLE"


class StaticCredentials(SettingsRule):
    """Arguments of backends and providers whose values are credentials."""

    id = "AF_STATE_5"
    title = "No backend and no provider contains credentials"
    severity = Severity.CRITICAL
    why = (
        "Everyone who reads the repository has the credentials. Terraform also writes the settings of the backend to "
        ".terraform/ and into every plan file."
    )
    remediation = "Remove the argument; use a role, OIDC, or the environment variables of the process (AWS_PROFILE)."
    references = ("CKV_AWS_41",)
    resource_types = (BACKEND, PROVIDER)
    passing = (
        backend_example("a backend without credentials", "s3", s3_backend()),
        provider_example("a role", assume_role=[{"role_arn": "arn:aws:iam::111111111111:role/deploy"}]),
        provider_example("dummy keys for an emulator", access_key="test", secret_key="test"),  # noqa: S106
    )
    failing = (
        backend_example("an access key in the backend", "s3", s3_backend(access_key=_KEY, secret_key="k" * 40)),
        provider_example("a secret key in the provider", access_key=_KEY, secret_key="k" * 40),
        provider_example("the token of a session", token="t" * 100),
        backend_example(
            "a password in an address", "http", {"address": "https://terraform:hunter2@state.example.com/prod"}
        ),
        backend_example(
            "the password of a database",
            "pg",
            {"conn_str": "postgres://terraform:hunter2hunter2@db/state", "schema_name": "prod"},
        ),
    )

    def evaluate_resource(self, resource: Resource) -> Iterator[Finding]:
        """Check every argument that can be a credential, in nested blocks too."""
        for name, value in _arguments(resource.body):
            inside = list(expressions(value))
            if not inside and _is_credential(resource, name, value):
                yield Finding.fail(resource, f"{name} is written in the configuration")
            elif inside and not all(text.strip().startswith("ephemeral.") for text in inside):
                yield Finding.unknown(resource, f"{name} is a credential whose source is not known: {value}")


def _is_credential(setting: Resource, name: str, value: str) -> bool:
    """Whether a literal is a credential: not a dummy key, a path of a file, or an address without a password."""
    if name == "conn_str":
        user, at, _ = value.partition("//")[2].rpartition("@")
        return bool(at) and ":" in user
    if name not in _SECRETS:
        return True  # an address with a password
    if name == "credentials":
        return "{" in value
    return setting.name not in {"aws", "s3"} or len(value) >= _SHORTEST_KEY


def _arguments(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in body.items():
        if isinstance(value, str) and value and (name in _SECRETS or _PASSWORD.match(value)):
            yield name, value
        for block in items(value):
            if isinstance(block, Mapping) and name != "default_tags":
                yield from _arguments(block)


rule = StaticCredentials()
