"""AF_STATE_4: no stack shares its state with another stack, or its bucket with another environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from terraform_gate.configuration import Configuration, Stack
from terraform_gate.finding import Finding, Severity
from terraform_gate.reading.expression import is_known
from terraform_gate.reading.settings import BACKEND
from terraform_gate.rule import Rule
from terraform_gate.rules.shared.settings_rule import backend_example, s3_backend, settings_in
from terraform_gate.terraform_resource import Resource

_IDENTITY: Mapping[str, tuple[str, ...]] = {
    "s3": ("bucket", "key"),
    "gcs": ("bucket", "prefix"),
    "azurerm": ("storage_account_name", "container_name", "key"),
    "http": ("address",),
    "pg": ("conn_str", "schema_name"),
}
"""Type of a backend -> the arguments that together name one state."""


_ENVIRONMENTS = {
    **dict.fromkeys(("dev", "develop", "development"), "dev"),
    **dict.fromkeys(("test", "testing", "qa"), "test"),
    **dict.fromkeys(("stage", "staging"), "staging"),
    **dict.fromkeys(("prod", "production"), "prod"),
}
"""Words in names of folders, buckets and keys -> environment."""


class OwnState(Rule):
    """Stacks with the same state, buckets that stacks of different accounts share, and names of other environments.

    A bucket that holds the state of every evaluated stack is a central bucket and passes.
    """

    id = "AF_STATE_4"
    title = "Every stack has its own state, in the bucket of its environment"
    severity = Severity.CRITICAL
    why = (
        "Terraform destroys what is in the state and not in the configuration: with the key of another stack, an apply "
        "destroys the resources of that stack. If two environments use one bucket, everyone who may deploy one "
        "environment can read and write the state of the other."
    )
    remediation = "Give every stack its own key, and every environment its own bucket."
    references = ()
    resource_types = (BACKEND,)
    passing = (backend_example("one stack", "s3", s3_backend()),)
    failing = (
        backend_example(
            "terraform_remote_state with the key of its own stack",
            "s3",
            s3_backend(),
            data={
                "terraform_remote_state": {
                    "foundation": {
                        "backend": "s3",
                        "config": {"bucket": "airflow-state-111111111111", "key": "airflow/prod.tfstate"},
                    }
                }
            },
        ),
    )

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Compare each backend with those of all other stacks, and with the states that its stack reads."""
        for stack, backend in settings_in(configuration, BACKEND):
            others = [item for item in (*configuration.stacks, *configuration.other_stacks) if item.name != stack.name]
            found = (
                *_shared(backend, others),
                *_read(backend, configuration),
                *_foreign(backend, stack, others),
                *_of_other_environment(backend, stack),
            )
            yield from found or (Finding.pass_(backend),)


def _shared(backend: Resource, others: list[Stack]) -> Iterator[Finding]:
    state = _state(backend)
    same = [other.name for other in others if state and _state(_backend(other)) == state]
    if same:
        yield Finding.fail(backend, f"has the same state as {', '.join(same)}: {_shown(state)}")


def _read(backend: Resource, configuration: Configuration) -> Iterator[Finding]:
    state = _state(backend)
    for data in configuration.data_of_type("terraform_remote_state"):
        config = data.get("config")
        body = config if isinstance(config, Mapping) else {}
        read = Resource(stack=data.stack, address=data.address, type=BACKEND, name=str(data.get("backend")), body=body)
        if state and data.stack == backend.stack and _state(read) == state:
            yield Finding.fail(backend, f"{data.address} reads the state of its own stack: {_shown(state)}")


def _foreign(backend: Resource, stack: Stack, others: list[Stack]) -> Iterator[Finding]:
    """Report stacks of other accounts in the same bucket, unless it is the bucket of all stacks."""
    bucket = backend.get("bucket")
    if not bucket or not is_known(bucket) or not stack.accounts:
        return
    buckets = {other.name: found.get("bucket") for other in others if (found := _backend(other))}
    if all(name in {None, bucket} for name in buckets.values()):
        return
    inside = (other for other in others if buckets.get(other.name) == bucket)
    names = [other.name for other in inside if other.accounts and other.accounts.isdisjoint(stack.accounts)]
    if names:
        yield Finding.fail(backend, f"the bucket {bucket} also has the state of other accounts: {', '.join(names)}")


def _of_other_environment(backend: Resource, stack: Stack) -> Iterator[Finding]:
    """Report a bucket or a key that names another environment than the folder of the stack does."""
    own = _environments(stack.name)
    for name in ("bucket", "key", "prefix"):
        value = backend.get(name)
        others = _environments(value) if isinstance(value, str) and is_known(value) else frozenset()
        if own and others and own.isdisjoint(others):
            named = ", ".join(sorted(others))
            yield Finding.fail(backend, f"{name} names the environment {named}: {value}")


def _environments(text: str) -> frozenset[str]:
    words = re.split(r"[^a-z]+", text.lower())
    return frozenset(_ENVIRONMENTS[word] for word in words if word in _ENVIRONMENTS)


def _backend(stack: Stack) -> Resource | None:
    return next((item for item in stack.settings if item.type == BACKEND), None)


def _state(backend: Resource | None) -> tuple[str, ...] | None:
    """Return what identifies a state; None when an argument is missing (``-backend-config``) or not known."""
    if backend is None or backend.name not in _IDENTITY:
        return None
    values = [backend.get(name) for name in _IDENTITY[backend.name]]
    if not all(isinstance(value, str) and value and is_known(value) for value in values):
        return None
    return (backend.name, *values, str(backend.get("workspace_key_prefix", default="")))


def _shown(state: tuple[str, ...] | None) -> str:
    return "/".join(part for part in (state or ())[1:] if part)


rule = OwnState()
