"""PostgreSQL and Redis with TLS and passwords, in place of RDS and ElastiCache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.containers import images
from local.containers.engine import Container, Launch, start

SOCKETS = "/tmp"  # noqa: S108 - inside the container


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The surroundings of backing services.

    Args:
        network: Docker network.
        authority: folder of the certificate authority.
        interface: container whose network interface the service shares, instead of having its own.
    """

    network: str
    authority: Path
    interface: str = ""

    def options(self, names: Sequence[str]) -> list[str]:
        """The options of ``docker run`` for a service with the DNS names ``names``.

        The engine repeats no health check: ``wait_healthy`` runs it until it passes, and nothing reads it after that.
        """
        common = ["--no-healthcheck", "--volume", f"{self.authority}:/authority:ro"]
        if self.interface:
            return ["--network", f"container:{self.interface}", *common]
        aliases = [word for name in names for word in ("--network-alias", name)]
        return ["--network", self.network, *aliases, *common]


def postgres(
    setting: Setting,
    *,
    names: Sequence[str],
    password: str,
    database: str = "airflow",
    user: str = "airflow",
    successor_of: Container | None = None,
) -> Container:
    """Start PostgreSQL with the DNS names ``names`` and wait until it is healthy.

    Args:
        successor_of: a stopped container whose data the new one continues, as RDS does in a fail-over.
    """
    data = ["--volumes-from", successor_of.id] if successor_of else []
    container = start(
        Launch(
            image=images.build("postgres"),
            name=f"{successor_of.name}-successor" if successor_of else f"{setting.network}-postgres",
            environ={
                "TLS_NAMES": ",".join(names),
                "POSTGRES_USER": user,
                "POSTGRES_DB": database,
                "POSTGRES_PASSWORD": password,
            },
            options=[*setting.options(names), *data],
        )
    )
    container.wait_healthy()
    return container


def redis(setting: Setting, *, names: Sequence[str], password: str) -> Container:
    """Start Redis without persistence, with the DNS names ``names``, and wait until it is healthy."""
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
    """Run a statement with psql in the database's container.

    Args:
        name: name of the database.

    Returns:
        The rows, with fields as text.
    """
    words = ("psql", "--host", SOCKETS, "--username", "airflow", "--no-align", "--tuples-only")
    done = database.exec(*words, "--command", statement, name)
    return [line.split("|") for line in done.stdout.splitlines() if line]
