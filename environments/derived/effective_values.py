"""All values of an environment, defaults included, in the form of an environment file."""

from __future__ import annotations

from typing import Any

from environments.facts.state import BACKEND_KEYS
from environments.facts.topology import COMPONENTS, uses_celery
from environments.model import Environment


def effective(environment: Environment) -> dict[str, Any]:
    """Plain values without the keys that the topology or the backend does not use."""
    values = environment.model_dump(mode="json", exclude_none=True)
    values["components"] = _only(values["components"], COMPONENTS[environment.topology])
    values["state"] = _only(values["state"], ("backend", *BACKEND_KEYS[environment.state.backend]))
    if not uses_celery(environment.topology):
        del values["workers"], values["broker"]
    if environment.dags.delivery == "baked":
        values["dags"] = _only(values["dags"], ("delivery", "subdirectory"))
    if environment.dags.delivery == "s3":
        values["dags"] = _only(values["dags"], ("delivery", "interval_seconds"))
    return values


def _only(values: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key in keys}
