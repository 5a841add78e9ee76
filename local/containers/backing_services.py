"""PostgreSQL and Redis as RDS and ElastiCache offer them: TLS with a verifiable certificate, and a password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.containers import images
from local.containers.engine import Container, Launch, start

SOCKETS = "/tmp"  # noqa: S108 - inside the container


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where backing services run: a network, and the folder of the authority that signs for them."""

    network: str
    authority: Path

    def options(self, names: Sequence[str]) -> list[str]:
        """The client's options for a service that answers to ``names`` on the network."""
        aliases = [word for name in names for word in ("--network-alias", name)]
        return ["--network", self.network, *aliases, "--volume", f"{self.authority}:/authority:ro"]


def postgres(
    setting: Setting,
    *,
    names: Sequence[str],
    password: str,
    database: str = "airflow",
    user: str = "airflow",
) -> Container:
    """PostgreSQL that answers to ``names`` (the first is the certificate's); healthy when this returns."""
    container = start(
        Launch(
            image=images.build("postgres"),
            name=f"{setting.network}-postgres",
            environ={
                "TLS_NAMES": ",".join(names),
                "POSTGRES_USER": user,
                "POSTGRES_DB": database,
                "POSTGRES_PASSWORD": password,
            },
            options=setting.options(names),
        )
    )
    container.wait_healthy()
    return container


def redis(setting: Setting, *, names: Sequence[str], password: str) -> Container:
    """Redis that answers to ``names``, without persistence; healthy when this returns."""
    container = start(
        Launch(
            image=images.build("redis"),
            name=f"{setting.network}-redis",
            environ={"TLS_NAMES": ",".join(names), "REDIS_PASSWORD": password},
            options=setting.options(names),
        )
    )
    container.wait_healthy()
    return container


def query(database: Container, statement: str, *, name: str = "airflow") -> list[list[str]]:
    """The rows of a statement on the database ``name``, run inside the database's container; fields as text."""
    words = ("psql", "--host", SOCKETS, "--username", "airflow", "--no-align", "--tuples-only")
    done = database.exec(*words, "--command", statement, name)
    return [line.split("|") for line in done.stdout.splitlines() if line]
