"""AF_ECS_10: all Airflow components use the same shared secrets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from terraform_gate.configuration import Configuration
from terraform_gate.ecs.containers import Container, UnknownContainersError, containers_of
from terraform_gate.finding import Finding, Severity
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.shared.examples import ACCOUNT, container, task_definition
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.terraform_resource import Resource

_FERNET, _JWT = "AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET"
_SESSION, _DATABASE = "AIRFLOW__API__SECRET_KEY", "AIRFLOW_DB_PASSWORD"
_SERVER = (_DATABASE, _FERNET, _JWT, _SESSION)
NEEDED: Mapping[str, tuple[str, ...]] = {
    "api-server": _SERVER,
    "scheduler": _SERVER,
    "dag-processor": _SERVER,
    "triggerer": _SERVER,
    "worker": (_SESSION,),
}
"""Component -> secrets that it generates if missing (measured with Airflow 3.3.2; docs/container_contract.md)."""


def _component(name: str, *further: Mapping[str, str], **secrets: str) -> Resources:
    base = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter/airflow/dev"
    listed = [{"name": variable, "valueFrom": f"{base}/{value}"} for variable, value in secrets.items()]
    variables = [{"name": "AIRFLOW_COMPONENT", "value": name}, *further]
    return task_definition(container(name=name, command=[name], environment=variables, secrets=listed), name=name)


_TOKENS = {"name": "AIRFLOW_DB_AUTHENTICATION", "value": "iam"}
"""The variable of a component that logs in to the database with IAM tokens."""
_ALL = {_DATABASE: "database-password", _FERNET: "fernet-key", _JWT: "jwt-secret", _SESSION: "api-secret-key"}


class InconsistentSecrets(Rule):
    """Shared secrets that are missing, or differ between components."""

    id = "AF_ECS_10"
    title = "Every Airflow component has the shared secrets that it needs, read from the same source"
    severity = Severity.HIGH
    why = (
        "Airflow generates a random key when one is missing: Airflow tasks then fail with `Invalid auth token`, "
        "and sessions end."
    )
    remediation = (
        "Give every component the same parameters for the Fernet key, JWT secret, API secret key and database password."
    )
    references = ()
    resource_types = ("aws_ecs_task_definition",)
    passing = (
        Example(
            title="two components, the same parameters",
            resources=merge(_component("scheduler", **_ALL), _component("api-server", **_ALL)),
        ),
        Example(
            title="a scheduler that logs in to the database with IAM tokens in place of the password",
            resources=_component(
                "scheduler", _TOKENS, **{name: value for name, value in _ALL.items() if name != _DATABASE}
            ),
        ),
    )
    failing = (
        Example(
            title="a scheduler that logs in to the database with tokens, without a JWT secret",
            resources=_component("scheduler", _TOKENS, **{_FERNET: "fernet-key", _SESSION: "api-secret-key"}),
        ),
        Example(
            title="the JWT secret differs",
            resources=merge(
                _component("scheduler", **_ALL), _component("api-server", **{**_ALL, _JWT: "jwt-secret-2"})
            ),
        ),
        Example(
            title="a triggerer without a Fernet key",
            resources=_component("triggerer", **{name: value for name, value in _ALL.items() if name != _FERNET}),
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Collect the shared secrets of all components, then compare them."""
        components: list[Container] = []
        for task in configuration.of_type(*self.resource_types):
            try:
                components += [item for item in containers_of(task) if item.component]
            except UnknownContainersError as error:
                yield Finding.unknown(task, str(error))
            else:
                yield Finding.pass_(task)
        yield from _missing(components)
        yield from _different(components, configuration)


def _missing(components: list[Container]) -> Iterator[Finding]:
    for item in components:
        replaced = {_DATABASE} if item.environment.get(_TOKENS["name"]) == _TOKENS["value"] else set()
        absent = [name for name in NEEDED.get(item.component, ()) if name not in {*item.secrets, *replaced}]
        if absent:
            yield Finding.fail(item.task, f"container {item.name} lacks {', '.join(absent)}")


def _different(components: list[Container], configuration: Configuration) -> Iterator[Finding]:
    used: dict[str, dict[str, list[Resource]]] = defaultdict(lambda: defaultdict(list))
    for item in components:
        for name in set(_SERVER) & set(item.secrets):
            value = item.secrets[name]
            found = configuration.find(value)
            used[name][found.key if found else str(value)].append(item.task)
    for name, by_source in used.items():
        usual = max(by_source, key=lambda source: len(by_source[source]))
        for source, tasks in by_source.items():
            if source != usual:
                yield from (
                    Finding.fail(task, f"{name} comes from {source}, in other components from {usual}")
                    for task in tasks
                )


rule = InconsistentSecrets()
