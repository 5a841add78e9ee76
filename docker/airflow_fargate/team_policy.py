"""Airflow's cluster policy for teams: a DAG uses only what belongs to its team, or else it is an import error.

The team of a DAG is that of its DAG bundle. Without AIRFLOW_TEAMS the policy does nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from airflow.policies import hookimpl

from airflow_fargate.teams import DEFAULT_POOL, Team, Teams

CELERY = frozenset({"CeleryExecutor", "airflow.providers.celery.executors.celery_executor.CeleryExecutor"})


@hookimpl  # type: ignore[untyped-decorator]
def dag_policy(dag: Any) -> None:
    """Reject the id of a DAG that begins with another team's name: the DAG would replace one of that team."""
    teams = Teams.of(os.environ)
    if not teams.by_name:
        return
    team, prefix = team_of(dag, teams), dag.dag_id.split(".", 1)[0]
    if team and prefix != team.name:
        _reject(f"DAG {dag.dag_id}: ids of DAGs of the team {team.name} begin with '{team.name}.'. Fix: change the id")
    if not team and prefix in teams.by_name:
        _reject(
            f"DAG {dag.dag_id}: ids that begin with '{prefix}.' belong to the team {prefix}, and the DAG file is in "
            "another bundle. Fix: change the id"
        )


@hookimpl  # type: ignore[untyped-decorator]
def task_policy(task: Any) -> None:
    """Reject a queue, pool or executor that is not the team's; fill in the team's where the DAG names none."""
    teams = Teams.of(os.environ)
    if not teams.by_name:
        return
    team, label = team_of(task.dag, teams), f"DAG {task.dag.dag_id}, task {task.task_id}"
    if team:
        _check_queue_of_team(task, team, teams, label)
        _check_pool_of_team(task, team, label)
        if task.executor and task.executor not in CELERY:
            _reject(
                f"{label}: the executor {task.executor!r} does not run DAGs of teams. Fix: remove executor, and use a "
                f"queue of the team: {', '.join(team.queues)}"
            )
        return
    owner = teams.owner_of_queue(task.queue)
    if owner:
        _reject(f"{label}: the queue {task.queue!r} belongs to the team {owner.name}. Fix: use another queue")
    if task.pool in teams.by_name:
        _reject(f"{label}: the pool {task.pool!r} belongs to the team {task.pool}. Fix: use another pool")


def team_of(dag: Any, teams: Teams) -> Team | None:
    """The team whose bundle contains the file of ``dag``; None for the shared bundle."""
    from airflow.dag_processing.bundles.base import get_bundle_storage_root_path

    root = get_bundle_storage_root_path().resolve()
    file = Path(dag.fileloc or "").resolve()
    return teams.by_name.get(file.relative_to(root).parts[0]) if file.is_relative_to(root) and file != root else None


def _check_queue_of_team(task: Any, team: Team, teams: Teams, label: str) -> None:
    from airflow.configuration import conf

    if task.queue in team.queues:
        return
    fix = f"Fix: set queue to one of {', '.join(team.queues)}"
    if task.queue != conf.get("operators", "default_queue"):
        owner = teams.owner_of_queue(task.queue)
        whose = f"belongs to the team {owner.name}" if owner else "does not belong to a team"
        _reject(f"{label}: the queue {task.queue!r} {whose}, and the DAG belongs to the team {team.name}. {fix}")
    if len(team.queues) > 1:
        _reject(f"{label}: no queue is set, and the team {team.name} has several. {fix}")
    task.queue = team.queues[0]


def _check_pool_of_team(task: Any, team: Team, label: str) -> None:
    if task.pool == DEFAULT_POOL:
        task.pool = team.name
    if task.pool != team.name:
        _reject(f"{label}: the pool {task.pool!r} is not that of the team {team.name}. Fix: remove pool")


def _reject(message: str) -> None:
    from airflow.exceptions import AirflowClusterPolicyViolation

    raise AirflowClusterPolicyViolation(message)
