"""The table of components: what each runs, which secrets it needs and what it waits for."""

# ruff: noqa: S105 - names of variables, not values
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from airflow_fargate.startup_error import Refusal

DATABASE_PASSWORD = "AIRFLOW_DB_PASSWORD"
BROKER_PASSWORD = "AIRFLOW_BROKER_PASSWORD"
FERNET_KEY = "AIRFLOW__CORE__FERNET_KEY"
JWT_SECRET = "AIRFLOW__API_AUTH__JWT_SECRET"
API_SECRET = "AIRFLOW__API__SECRET_KEY"
ADMIN_PASSWORD = "AIRFLOW_ADMIN_PASSWORD"

# variable in the container -> parameter below AIRFLOW_PARAMETER_PATH
PARAMETERS: Mapping[str, str] = {
    DATABASE_PASSWORD: "database-password",
    BROKER_PASSWORD: "broker-auth-token",
    FERNET_KEY: "fernet-key",
    JWT_SECRET: "jwt-secret",
    API_SECRET: "api-secret-key",
    ADMIN_PASSWORD: "admin-password",
}

SERVER = (DATABASE_PASSWORD, FERNET_KEY, JWT_SECRET, API_SECRET)
# The processes of a container that runs all of Airflow but the broker's side.
ALL_IN_ONE = ("api-server", "scheduler", "dag-processor", "triggerer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One word of the image's command line."""

    name: str
    command: tuple[str, ...]
    secrets: tuple[str, ...] = ()
    database: bool = False
    schema: bool = False
    broker: bool = False

    def needs(self, environ: Mapping[str, str]) -> tuple[str, ...]:
        """The variables that must hold a secret; the broker's only where there is a broker."""
        return (*self.secrets, *((BROKER_PASSWORD,) if self.uses_broker(environ) else ()))

    def uses_broker(self, environ: Mapping[str, str]) -> bool:
        """Whether this start talks to the broker: the same table serves the topologies without one."""
        return self.broker and (bool(environ.get("AIRFLOW_BROKER_HOST")) or self.name in {"worker", "flower"})


def _own(module: str) -> tuple[str, ...]:
    return ("python", "-m", f"airflow_fargate.{module}")


def _server(name: str, *, broker: bool = False) -> Component:
    return Component(name=name, command=("airflow", name), secrets=SERVER, database=True, schema=True, broker=broker)


COMPONENTS: Mapping[str, Component] = {
    component.name: component
    for component in (
        _server("api-server", broker=True),
        _server("scheduler", broker=True),
        _server("dag-processor"),
        _server("triggerer"),
        Component(
            name="worker",
            command=("airflow", "celery", "worker"),
            secrets=(DATABASE_PASSWORD, API_SECRET),
            database=True,
            broker=True,
        ),
        Component(name="flower", command=("airflow", "celery", "flower"), broker=True),
        Component(name="standalone", command=_own("supervisor"), secrets=SERVER, database=True, schema=True),
        Component(name="migrate", command=_own("migrate"), secrets=(DATABASE_PASSWORD, ADMIN_PASSWORD), database=True),
        Component(name="db-clean", command=_own("clean"), secrets=(DATABASE_PASSWORD,), database=True, schema=True),
        Component(
            name="downgrade",
            command=_own("downgrade"),
            secrets=(DATABASE_PASSWORD,),
            database=True,
        ),
        # Any Airflow command, for `ECS Exec` and for the curious: configured, but waiting for nobody.
        Component(name="airflow", command=("airflow",)),
        Component(name="statsd", command=_own("statsd")),
        Component(name="git-sync", command=_own("git_sync")),
        Component(name="metrics", command=_own("metrics"), secrets=(DATABASE_PASSWORD,), database=True),
    )
}


def find(name: str) -> Component:
    """The component called ``name``; raises Refusal with the list where there is none."""
    component = COMPONENTS.get(name)
    if component is None:
        raise Refusal(f"unknown component {name!r}. Allowed: {', '.join(COMPONENTS)}")
    return component
