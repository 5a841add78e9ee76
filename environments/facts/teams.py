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


def variable_suffix(team: str) -> str:
    """End of the environment variables of a team. Names of teams have no underscore, so suffixes differ.

    >>> variable_suffix("data-science")
    '_DATA_SCIENCE'
    """
    return f"_{team.upper().replace('-', '_')}"
