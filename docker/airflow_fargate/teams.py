"""The teams of an environment (docs/teams.md): which queues and which pool belong to which team."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from airflow_fargate.backing_services import Database
from airflow_fargate.startup_error import StartupError

VARIABLE = "AIRFLOW_TEAMS"
DEFAULT_POOL = "default_pool"


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team. Its name is that of its DAG bundle and of its pool, and the first part of its DAG ids.

    Args:
        name: name of the team.
        queues: queues of its worker groups.
        pool_slots: slots of its pool.
    """

    name: str
    queues: tuple[str, ...]
    pool_slots: int


@dataclass(frozen=True, slots=True)
class Teams:
    """All teams by name."""

    by_name: Mapping[str, Team]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Teams:
        """Read AIRFLOW_TEAMS, ``{"TEAM": {"queues": ["QUEUE"], "pool_slots": 128}}``; empty when it is not set.

        Raises:
            StartupError: the variable is no such JSON text.
        """
        text = environ.get(VARIABLE) or "{}"
        try:
            return cls({name: _team(name, **values) for name, values in json.loads(text).items()})
        except (ValueError, TypeError, AttributeError) as error:
            raise StartupError(
                f'{VARIABLE} must be JSON such as {{"sales": {{"queues": ["sales"], "pool_slots": 128}}}}, got '
                f"{text[:200]!r}. Fix: correct the variable"
            ) from error

    def owner_of_queue(self, queue: str) -> Team | None:
        """The team to which ``queue`` belongs; None for a queue of the shared worker groups."""
        return next((team for team in self.by_name.values() if queue in team.queues), None)


def _team(name: str, *, queues: list[str], pool_slots: int) -> Team:
    if not queues or not all(isinstance(queue, str) for queue in queues) or not isinstance(pool_slots, int):
        raise ValueError(name)
    return Team(name=name, queues=tuple(queues), pool_slots=pool_slots)


UPSERT = """
    insert into slot_pool (pool, slots, description, include_deferred) values (%s, %s, %s, false)
    on conflict (pool) do update set slots = excluded.slots
"""


def ensure_pools(database: Database, environ: Mapping[str, str]) -> None:
    """Create the pool of each team, or set its slots. Airflow never starts a task of a pool that does not exist."""
    teams = Teams.of(environ)
    if not teams.by_name:
        return
    connection = database.connect()
    try:
        with connection, connection.cursor() as cursor:
            for team in teams.by_name.values():
                cursor.execute(UPSERT, (team.name, team.pool_slots, f"Airflow tasks of the team {team.name}"))
    finally:
        connection.close()
