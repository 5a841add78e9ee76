"""The base class of rules about backends and providers, and settings for their examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.configuration import Configuration, Stack
from terraform_gate.finding import Finding
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example, Rule
from terraform_gate.terraform_resource import Resource

NOT_PLANNED = "Terraform ignores the backend of a module, and the provider would sign in"


class SettingsRule(Rule):
    """A rule about backends or providers (``resource_types``). Subclasses implement ``evaluate_resource``.

    A plan contains neither: the rules have findings about the configuration only.
    """

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Evaluate each backend or provider of every stack separately."""
        for _, setting in settings_in(configuration, *self.resource_types):
            yield from tuple(self.evaluate_resource(setting)) or (Finding.pass_(setting),)


def settings_in(configuration: Configuration, *types: str) -> Iterator[tuple[Stack, Resource]]:
    """Yield the backends or providers of the stacks, each with its stack."""
    for stack in configuration.stacks:
        yield from ((stack, setting) for setting in stack.settings if setting.type in types)


def s3_backend(**settings: Any) -> dict[str, Any]:
    """An S3 backend that passes every rule; ``settings`` replace arguments, None removes one."""
    body = {
        "bucket": "airflow-state-111111111111",
        "key": "airflow/prod.tfstate",
        "region": "eu-central-1",
        "encrypt": True,
        "use_lockfile": True,
        **settings,
    }
    return {key: value for key, value in body.items() if value is not None}


def backend_example(title: str, kind: str, body: Mapping[str, Any], **more: Any) -> Example:
    """An example with a backend and further top-level blocks."""
    extra = {"terraform": {"backend": {kind: body}}, **more}
    return Example(title=title, resources={}, extra=extra, not_plannable_because=NOT_PLANNED)


def provider_example(title: str, **body: Any) -> Example:
    """An example with one AWS provider."""
    extra = {"provider": {"aws": [{"region": "eu-central-1", **body}]}}
    return Example(title=title, resources={}, extra=extra, not_plannable_because=NOT_PLANNED)


def is_on(value: Any) -> bool | None:
    """Whether an argument is true; None when it is not known, False when it is absent."""
    if value is None or is_known(value):
        return value in (True, "true")
    return None
