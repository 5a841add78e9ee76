"""Maps and lists of the caller inside JSON texts: environment variables and secrets of a container, ARNs of alarms.

A construct writes each item of a list. A module whose caller decides how many items there are writes one marked item,
which becomes a Terraform expression when the module is built.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Any

from modules.core.container import Secret
from modules.core.task import Client
from modules.export import hcl
from modules.export.examples import REGION
from modules.export.inputs import Input, Rule, texts
from modules.export.module_inputs import KEY, ModuleInputs

MARK = "VALUE_OF_THE_CALLER"
SECRETS = "${values(var.secrets)}"
_ENVIRONMENT = re.compile(r'"environment": (\[[^\]]*"' + MARK + r'"[^\]]*\])')
_SECRETS = re.compile(r'"secrets": \[\{"name": "' + MARK + r'", "valueFrom": "[^"]*"\}\]')
_LIST = re.compile(r'\["(\$\{[\w.()]+\})"\]')


class CallerSecrets:
    """Secrets whose names and ARNs the caller gives, as a backing service of a container.

    Args:
        inputs: get the variables ``secrets``, ``secrets_key_arn`` and ``secrets_version``.
    """

    def __init__(self, inputs: ModuleInputs) -> None:
        inputs.variables["secrets"] = _secrets()
        version = inputs.text(
            "secrets_version",
            "Any text. When it changes, ECS deploys the service again, so that containers read changed secrets.",
            example="1",
        )
        key = inputs.arn("secrets_key_arn", "KMS key of the SecureStrings.", service="kms", example=KEY)
        self._secret = Secret(name="secrets", arn=SECRETS, key_arn=key, version=version)

    def serve(self, client: Client) -> None:
        """Set the environment variables, and allow ECS to read the parameters."""
        client.add_secret(MARK, self._secret)


def caller_environment(inputs: ModuleInputs) -> dict[str, str]:
    """Environment variables that the caller adds to those of the construct."""
    inputs.variables["environment"] = Input(
        name="environment",
        type="map(string)",
        description="Environment variables of the main container, such as Airflow options. No secrets.",
        default={},
    )
    return {MARK: "environment"}


def caller_list(inputs: ModuleInputs, name: str, description: str, *, example: Sequence[str]) -> list[str]:
    """A list of the caller inside a JSON text, of any length."""
    inputs.variables[name] = replace(texts(name, description, example=example), rules=())
    return [f"${{var.{name}}}"]


def with_caller_values(synthesized: dict[str, Any], inputs: ModuleInputs) -> None:
    """Replace marked items by expressions, in every argument of every resource."""
    lists = {f"${{var.{name}}}" for name, item in inputs.variables.items() if item.type.startswith("list")}
    for items in synthesized.get("resource", {}).values():
        for body in items.values():
            for name, value in body.items():
                if isinstance(value, str) and value[:1] in {"[", "{"}:
                    body[name] = _expanded(value, lists | {SECRETS})


def _expanded(text: str, lists: Set[str]) -> str:
    text = _ENVIRONMENT.sub(lambda found: f'"environment": ${{{_concatenated(json.loads(found[1]))}}}', text)
    text = _SECRETS.sub(f'"secrets": ${{{_items("secrets", "valueFrom")}}}', text)
    return _LIST.sub(lambda found: found[1] if found[1] in lists else found[0], text)


def _concatenated(items: list[dict[str, str]]) -> str:
    own = [item for item in items if item["name"] != MARK]
    return f"concat({hcl.value(own)}, {_items('environment', 'value')})"


def _items(variable: str, key: str) -> str:
    return f"[for name, value in var.{variable} : {{ name = name, {key} = value }}]"


def _secrets() -> Input:
    message = "secrets must have at least one item."
    return Input(
        name="secrets",
        type="map(string)",
        description="ARNs of the Parameter Store secrets of the main container, by environment variable.",
        rules=(Rule(condition="length(var.secrets) > 0", message=message, rejected={}),),
        example={
            "AIRFLOW__API__SECRET_KEY": f"arn:aws:ssm:{REGION}:111111111111:parameter/airflow/example/api-secret-key"
        },
    )
