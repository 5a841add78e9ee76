"""The teams of an environment with what belongs to each: worker groups, queues, secrets."""

from __future__ import annotations

from environments.facts.git_servers import git_server
from environments.facts.teams import SHARED_BUNDLE, database_user
from environments.model import Environment
from environments.sections.teams import Team


def team_of(environment: Environment, group: str) -> Team | None:
    """The team to which the worker group called ``group`` belongs; None for a group that all others share."""
    return next((team for team in environment.teams if group in team.worker_groups), None)


def queues_of(environment: Environment, team: Team) -> tuple[str, ...]:
    """The queues of the worker groups of ``team``, sorted."""
    groups = (group for group in environment.workers if group.name in team.worker_groups)
    return tuple(sorted(queue for group in groups for queue in group.queues))


def broker_users(environment: Environment) -> dict[str, tuple[str, ...]]:
    """The queues of each user of the broker that workers log in as; empty where all workers use that of Airflow.

    The worker groups that belong to no team have the user ``SHARED_BUNDLE``, a name that no team has.
    """
    if not environment.teams:
        return {}
    shared = (group for group in environment.workers if not team_of(environment, group.name))
    found = {team.name: queues_of(environment, team) for team in environment.teams}
    return {**found, SHARED_BUNDLE: tuple(sorted(queue for group in shared for queue in group.queues))}


def database_users(environment: Environment) -> dict[str, str]:
    """The PostgreSQL user of each worker group where there are teams; else workers use that of Airflow."""
    if not environment.teams:
        return {}
    teams = {group.name: team_of(environment, group.name) for group in environment.workers}
    return {group: database_user(team.name if team else None) for group, team in teams.items()}


def has_deploy_key(team: Team) -> bool:
    """Whether the team's repository is cloned over SSH, which requires a key."""
    server = git_server(team.repository)
    return server is not None and server.protocol == "ssh"
