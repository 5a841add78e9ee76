"""Database connections at the largest scale, compared with the number that the instance class accepts.

The connections of a process come from the source of Airflow 3.3.2 (``settings.py``, read 2026-11-23): a synchronous
engine and, in the api-server, an asynchronous one, each with ``pool_size`` + ``max_overflow`` connections. A Celery
worker uses the database as its result backend only: one connection for each slot and one for the worker. The metrics
sidecar of a scheduler uses one connection. A deployment doubles the Fargate tasks for minutes but not their load;
``reserved_connections`` covers it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from environments.facts.instance_classes import max_connections
from environments.facts.topology import COMPONENTS, process_name, uses_celery
from environments.model import Environment

ENGINES = {"api_server": 2, "scheduler": 1, "dag_processor": 1, "triggerer": 1, "standalone": 5}
"""Connection pools of one Fargate task of each component."""


@dataclass(frozen=True)
class Share:
    """Connections of one kind of client, and the calculation as text."""

    client: str
    connections: int
    arithmetic: str


@dataclass(frozen=True)
class Budget:
    """The connections that all clients need, and the number that the database accepts."""

    shares: tuple[Share, ...]
    accepted: int

    @property
    def needed(self) -> int:
        """Connections of all clients at the largest scale."""
        return sum(share.connections for share in self.shares)

    @property
    def is_exceeded(self) -> bool:
        """True when the clients need more connections than the database accepts."""
        return self.needed > self.accepted

    def __str__(self) -> str:
        terms = " + ".join(f"{share.client} {share.arithmetic}" for share in self.shares)
        return f"{terms} = {self.needed} connections needed, {self.accepted} accepted"


def connection_budget(environment: Environment) -> Budget:
    """The budget of an environment.

    Raises:
        KeyError: for an unknown instance class.
    """
    return Budget(
        shares=tuple(connection_shares(environment)), accepted=max_connections(environment.database.instance_class)
    )


def connection_shares(environment: Environment) -> Iterator[Share]:
    """The connections of each kind of client at the largest scale."""
    airflow = environment.airflow
    pool, words = airflow.pool_size + airflow.max_overflow, f"({airflow.pool_size} + {airflow.max_overflow})"
    yield from _components(environment, pool, words)
    for group in environment.workers:
        each = group.concurrency + 1
        yield Share(f"worker {group.name}", group.max_count * each, f"{group.max_count} x ({group.concurrency} + 1)")
    if uses_celery(environment.topology) or environment.ecs_executor:
        schedulers = environment.components.scheduler.count
        yield Share("metrics", schedulers, f"{schedulers}")
    yield Share("migration or clean-up", pool, words)
    reserved = environment.database.reserved_connections
    yield Share("reserve", reserved, str(reserved))


def _components(environment: Environment, pool: int, words: str) -> Iterator[Share]:
    for name in (name for name in COMPONENTS[environment.topology] if name in ENGINES):
        count, engines = getattr(environment.components, name).max_count, ENGINES[name]
        factors = f"{count} x {engines} x" if engines > 1 else f"{count} x"
        yield Share(process_name(name), count * engines * pool, f"{factors} {words}")
