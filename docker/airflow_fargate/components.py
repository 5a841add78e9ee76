"""The table of components: command, secrets and backing services of each."""

# ruff: noqa: S105 - names of variables, not values
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from airflow_fargate import broker_token, database_token
from airflow_fargate.startup_error import StartupError

DATABASE_PASSWORD = "AIRFLOW_DB_PASSWORD"
BROKER_PASSWORD = "AIRFLOW_BROKER_PASSWORD"
FERNET_KEY = "AIRFLOW__CORE__FERNET_KEY"
JWT_SECRET = "AIRFLOW__API_AUTH__JWT_SECRET"
API_SECRET = "AIRFLOW__API__SECRET_KEY"
ADMIN_PASSWORD = "AIRFLOW_ADMIN_PASSWORD"
OIDC_CLIENT_SECRET = "AIRFLOW_OIDC_CLIENT_SECRET"

# variable in the container -> parameter below AIRFLOW_PARAMETER_PATH
PARAMETERS: Mapping[str, str] = {
    DATABASE_PASSWORD: "database-password",
    BROKER_PASSWORD: "broker-auth-token",
    FERNET_KEY: "fernet-key",
    JWT_SECRET: "jwt-secret",
    API_SECRET: "api-secret-key",
    ADMIN_PASSWORD: "admin-password",
    OIDC_CLIENT_SECRET: "oidc-client-secret",
}

SERVER = (DATABASE_PASSWORD, FERNET_KEY, JWT_SECRET, API_SECRET)
# Without it, redirects of the FastAPI part would point to http: uvicorn would ignore X-Forwarded-Proto.
API_SERVER_ARGUMENTS = ("--proxy-headers",)
# The processes of the component ``standalone``.
ALL_IN_ONE = ("api-server", "scheduler", "dag-processor", "triggerer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A component that the image can run.

    Args:
        name: first word of the container's command.
        command: the command that the entrypoint becomes.
        secrets: variables that must hold a secret.
        database: whether the component connects to the metadata database.
        schema: whether the component waits for a migrated schema.
        broker: whether the component uses a broker where there is one.
    """

    name: str
    command: tuple[str, ...]
    secrets: tuple[str, ...] = ()
    database: bool = False
    schema: bool = False
    broker: bool = False

    def needs(self, environ: Mapping[str, str]) -> tuple[str, ...]:
        """The variables that must hold a secret, including those of the broker and of sign-on where they are used.

        Where components log in to the database with tokens, ``migrate`` alone needs the password: for the first login.
        """
        needless = {DATABASE_PASSWORD} if database_token.is_required(environ) and self.name != "migrate" else set()
        own = tuple(name for name in self.secrets if name not in needless)
        broker = (BROKER_PASSWORD,) if self.uses_broker(environ) and not broker_token.is_required(environ) else ()
        return (*own, *broker, *((OIDC_CLIENT_SECRET,) if self.uses_sign_on(environ) else ()))

    def uses_sign_on(self, environ: Mapping[str, str]) -> bool:
        """Whether this start lets people in through an identity provider."""
        return self.name in {"api-server", "standalone"} and environ.get("AIRFLOW_AUTH_MODE") == "oidc"

    def uses_broker(self, environ: Mapping[str, str]) -> bool:
        """Whether this start uses the broker. Topologies without a broker set no AIRFLOW_BROKER_HOST."""
        return self.broker and (bool(environ.get("AIRFLOW_BROKER_HOST")) or self.name in {"worker", "flower"})


def _own(module: str) -> tuple[str, ...]:
    return ("python", "-m", f"airflow_fargate.{module}")


def _server(name: str, *, broker: bool = False) -> Component:
    return Component(name=name, command=("airflow", name), secrets=SERVER, database=True, schema=True, broker=broker)


COMPONENTS: Mapping[str, Component] = {
    component.name: component
    for component in (
        _server("api-server"),
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
        Component(name="database-report", command=_own("database_report"), secrets=(DATABASE_PASSWORD,), database=True),
        Component(
            name="password-login",
            command=_own("token_login"),
            secrets=(DATABASE_PASSWORD,),
            database=True,
        ),
        *(
            Component(
                name=name,
                command=(*_own("pause"), name),
                secrets=(DATABASE_PASSWORD, FERNET_KEY),
                database=True,
                schema=True,
            )
            for name in ("pause", "resume")
        ),
        # Any Airflow command, for ECS Exec. It does not wait for backing services.
        Component(name="airflow", command=("airflow",)),
        # One Airflow task in a separate Fargate task; the executor appends the workload to the command.
        Component(name="airflow-task", command=("python", "-m", "airflow.sdk.execution_time.execute_workload")),
        Component(name="statsd", command=_own("statsd")),
        Component(name="git-sync", command=_own("git_sync")),
        Component(name="s3-sync", command=_own("s3_sync")),
        Component(name="metrics", command=_own("metrics"), secrets=(DATABASE_PASSWORD,), database=True),
    )
}


def find(name: str) -> Component:
    """The component ``name``; raises StartupError with the allowed names where it does not exist."""
    component = COMPONENTS.get(name)
    if component is None:
        raise StartupError(f"unknown component {name!r}. Allowed: {', '.join(COMPONENTS)}")
    return component
