"""The repositories of DAG files, and which process has which of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from environments.derived.teams import has_deploy_key, team_of
from environments.facts.secrets import DEPLOY_KEY
from environments.facts.teams import SHARED_BUNDLE, deploy_key_name
from environments.model import Environment
from modules.constructs.dag_delivery import Repository
from modules.core.container import Secret


def bundles_of(environment: Environment, *, group: str | None = None) -> tuple[str, ...]:
    """Names of the DAG bundles of a process.

    A component (dag-processor, triggerer) has the bundles of all teams, because it parses or runs code of every DAG. A
    worker group has one: that of its team, or the shared one.

    Args:
        environment: the environment.
        group: name of the worker group, for its workers.
    """
    if group is None:
        return (SHARED_BUNDLE, *(team.name for team in environment.teams))
    team = team_of(environment, group)
    return (team.name if team else SHARED_BUNDLE,)


def repositories(
    environment: Environment, bundles: Sequence[str], *, secret: Callable[[str], Secret]
) -> dict[str, Repository]:
    """The repository of each of ``bundles``, with its deploy key.

    Args:
        environment: the environment.
        bundles: names of DAG bundles.
        secret: returns the reference to a parameter below the path of the environment.

    Raises:
        ValueError: ``dags`` has no repository.
    """
    dags = environment.dags
    if dags.repository is None:
        raise ValueError(
            f"dags.delivery {dags.delivery} needs dags.repository: "
            "environments.rules should have rejected the environment"
        )
    every = {
        SHARED_BUNDLE: Repository(
            url=dags.repository,
            ref=dags.branch,
            subdirectory=dags.subdirectory,
            interval_seconds=dags.interval_seconds,
            deploy_key=secret(DEPLOY_KEY) if dags.deploy_key else None,
            known_hosts=dags.known_hosts,
        )
    }
    for team in environment.teams:
        every[team.name] = Repository(
            url=team.repository,
            ref=team.branch,
            subdirectory=team.subdirectory,
            interval_seconds=dags.interval_seconds,
            deploy_key=secret(deploy_key_name(team.name)) if has_deploy_key(team) else None,
            known_hosts=dags.known_hosts,
        )
    return {name: every[name] for name in bundles}
