"""Names that belong to a team."""

from __future__ import annotations

from environments.facts.secrets import DEPLOY_KEY

SHARED_BUNDLE = "dags"
"""Name of the DAG bundle of ``dags.repository``, which belongs to no team."""
TEAMS = "teams"


def parameter_prefix(team: str) -> str:
    """Path of a team's parameters below that of the environment.

    >>> parameter_prefix("sales")
    'teams/sales'
    """
    return f"{TEAMS}/{team}"


def deploy_key_name(team: str) -> str:
    """Name, below the path of the environment, of the parameter with the SSH key for a team's repository."""
    return f"{parameter_prefix(team)}/{DEPLOY_KEY}"


WORKER_USER = "airflow_worker"
"""PostgreSQL user of the workers that belong to no team, and beginning of the names of those that do."""


def database_user(team: str | None) -> str:
    """PostgreSQL user of the workers of ``team``, or of those that belong to no team.

    >>> database_user("data-science"), database_user(None)
    ('airflow_worker_data_science', 'airflow_worker')
    """
    return WORKER_USER + (variable_suffix(team).lower() if team else "")


def variable_suffix(team: str) -> str:
    """End of the environment variables of a team. Names of teams have no underscore, so suffixes differ.

    >>> variable_suffix("data-science")
    '_DATA_SCIENCE'
    """
    return f"_{team.upper().replace('-', '_')}"
