"""PostgreSQL and Redis on a Docker network, and launches of components with secrets of every printable character."""

from __future__ import annotations

import base64
import json
import os
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local.containers import backing_services, engine
from local.containers.engine import Container, Launch, docker

PRINTABLE = "".join(chr(code) for code in range(0x20, 0x7F))
assert set(string.printable.strip()) | {" "} == set(PRINTABLE)
# A database with a migrated schema and without clients: the template for tests that need a separate database.
PRISTINE = "pristine"
HEALTH_CHECKS = ("--health-interval", "2s", "--health-retries", "2", "--health-timeout", "15s")
LOCKED_DOWN = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
SECRETS = {
    "AIRFLOW_DB_PASSWORD": f"database{PRINTABLE}for the database",
    "AIRFLOW_BROKER_PASSWORD": f"broker{PRINTABLE}for the broker",
    "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(os.urandom(32)).decode(),
    "AIRFLOW__API_AUTH__JWT_SECRET": base64.urlsafe_b64encode(os.urandom(48)).decode(),
    "AIRFLOW__API__SECRET_KEY": base64.urlsafe_b64encode(os.urandom(24)).decode(),
    "AIRFLOW_ADMIN_PASSWORD": f"admin{PRINTABLE}for the admin",
}


@dataclass(kw_only=True)
class Services:
    """A network with PostgreSQL and Redis.

    Args:
        image: tag of the Airflow image.
        certificate: certificate of the authority that signed the servers' certificates.
        started: containers that ``start`` returned.
    """

    image: str
    network: str
    certificate: Path
    setting: backing_services.Setting
    database: Container
    broker: Container
    started: list[Container] = field(default_factory=list)

    @property
    def gateway(self) -> str:
        """The address of this machine that containers reach."""
        found = json.loads(docker("network", "inspect", self.network).stdout)
        return str(found[0]["IPAM"]["Config"][0]["Gateway"])

    @property
    def environ(self) -> dict[str, str]:
        return {
            **SECRETS,
            "AIRFLOW_ENVIRONMENT": "test",
            "AIRFLOW_DB_HOST": "database.example",
            "AIRFLOW_BROKER_HOST": "broker.example",
            "AIRFLOW_CA_FILE": "/ca.pem",
            "AIRFLOW_WAIT_SECONDS": "20",
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "http://api-server:8080/execution/",
            "AIRFLOW_WORKER_CONCURRENCY": "1",
        }

    def launch(
        self,
        component: str,
        *arguments: str,
        environ: Mapping[str, str | None] | None = None,
        options: Sequence[str] = (),
        name: str = "",
        health_checks: bool = False,
    ) -> Launch:
        """A component's launch. With ``health_checks`` the engine repeats them: a twentieth of a processor."""
        variables = {**self.environ, "AIRFLOW_COMPONENT": component, **(environ or {})}
        return Launch(
            image=self.image,
            name=f"{self.network}-{name or component}",
            command=(component, *arguments),
            environ={name: value for name, value in variables.items() if value is not None},
            options=(
                *("--network", self.network, "--network-alias", component),
                *("--volume", f"{self.certificate}:/ca.pem:ro"),
                *LOCKED_DOWN,
                *(HEALTH_CHECKS if health_checks else ("--no-healthcheck",)),
                *options,
            ),
        )

    def start(self, component: str, **settings: object) -> Container:
        container = engine.start(self.launch(component, **settings))  # type: ignore[arg-type]
        self.started.append(container)
        return container
