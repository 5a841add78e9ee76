"""The source of an ECS secret (`valueFrom`), and whether a role can read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.iam.actions import as_pattern
from terraform_gate.iam.principals import Principal
from terraform_gate.iam.statement import Statement
from terraform_gate.reading.expression import is_known, reference, references

_READERS = {"ssm": "ssm:getparameters", "secretsmanager": "secretsmanager:getsecretvalue"}
"""The actions with which ECS reads the secrets of a container."""
READING = (
    *_READERS.values(),
    *("ssm:getparameter", "ssm:getparameterhistory", "ssm:getparametersbypath"),
)
"""All actions that return the value of a secret. BatchGetSecretValue requires GetSecretValue for each secret."""
_JSON_KEY = re.compile(r"(?<=\}):[^:{}]*:[^:{}]*:[^:{}]*$")
"""What follows the ARN of a secret in ``valueFrom``: key, version stage, version ID, each of them possibly empty."""


@dataclass(frozen=True)
class SecretSource:
    """One `valueFrom`: its service, and every way in which a policy can name it."""

    value: str
    service: str
    names: tuple[str, ...]
    """The reference (`dev//aws_ssm_parameter.fernet`), the ARN, the tail of the ARN: as far as they are known."""
    key: str = ""
    """The KMS key it is encrypted with, where that is a resource of the configuration."""

    @property
    def action(self) -> str:
        """The IAM action that reads the secret."""
        return _READERS[self.service]


def source_of(value: Any, configuration: Configuration) -> SecretSource:
    """Parse a `valueFrom`: a reference, an ARN (with a JSON key for Secrets Manager), or the name of a parameter."""
    text = str(value)
    value = _JSON_KEY.sub("", text)
    resource = configuration.find(value)
    if resource is not None:
        service = "secretsmanager" if "secretsmanager" in resource.type else "ssm"
        name = resource.get("name")
        key = configuration.find(resource.get("key_id") or resource.get("kms_key_id"))
        tail = (_tail(service, name),) if is_known(name) and name else ()
        return SecretSource(text, service, (resource.key, *tail), key.key if key else "")
    if target := reference(value):
        return SecretSource(text, "secretsmanager" if "secretsmanager" in target.key else "ssm", (target.key,))
    if text.startswith("arn:"):
        parts = text.split(":")
        service = "secretsmanager" if parts[2:3] == ["secretsmanager"] else "ssm"
        whole = ":".join(parts[:7]) if service == "secretsmanager" else text
        return SecretSource(text, service, (whole, ":" + ":".join(whole.split(":")[5:])))
    return SecretSource(text, "ssm", (_tail("ssm", text),))


def _tail(service: str, name: Any) -> str:
    return f":secret:{name}" if service == "secretsmanager" else f":parameter/{str(name).lstrip('/')}"


def may_read(principal: Principal, source: SecretSource, configuration: Configuration) -> bool:
    """Whether the principal can read the secret."""
    granted = (grant.statement for grant in principal.grants_of(source.action))
    return any(_names(statement, source, configuration) for statement in granted)


def may_decrypt(principal: Principal, source: SecretSource, configuration: Configuration) -> bool:
    """Whether the principal can use the secret's KMS key; without `key_id` no grant is needed."""
    if not source.key:
        return True
    granted = (resource for grant in principal.grants_of("kms:decrypt") for resource in grant.statement.resources)
    return any(resource == "*" or _refers(resource, source.key, configuration) for resource in granted)


def read_resources(principal: Principal) -> Iterator[str]:
    """Yield every resource whose secrets the principal can read."""
    for action in READING:
        for grant in principal.grants_of(action):
            yield from grant.statement.resources or (f"* except {', '.join(grant.statement.not_resources)}",)


def is_referenced(resource: str, sources: Iterable[SecretSource], configuration: Configuration) -> bool:
    """Whether the resource of a policy covers one of the sources."""
    statement = Statement(effect="Allow", resources=(resource,))
    return any(_names(statement, source, configuration) for source in sources)


def _names(statement: Statement, source: SecretSource, configuration: Configuration) -> bool:
    return any(_covers(resource, name, configuration) for resource in statement.resources for name in source.names)


def _covers(resource: str, name: str, configuration: Configuration) -> bool:
    if resource == "*" or _refers(resource, name, configuration):
        return True
    if not resource.startswith("arn:"):
        return False
    pattern = ":" + ":".join(resource.split(":")[5:]) if name.startswith(":") else resource
    return as_pattern(pattern).fullmatch(name) is not None


def _refers(resource: str, key: str, configuration: Configuration) -> bool:
    """Whether the resource of a policy refers to `key`, alone or inside an ARN."""
    found = {item.key for item in configuration.mentioned_in(resource)}
    return key in found | {target.key for target in references(resource)}
