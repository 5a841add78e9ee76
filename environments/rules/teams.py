"""Teams: what belongs to one team is used by no other."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from environments.derived.dag_access import dag_access
from environments.derived.teams import team_of
from environments.errors import Problem
from environments.facts.broker_users import RESERVED, team_user
from environments.facts.git_servers import git_server
from environments.facts.naming import parameter_path, resource_name
from environments.facts.quotas import BROKER_USER_CHARACTERS
from environments.facts.teams import SHARED_BUNDLE, parameter_prefix
from environments.facts.topology import worker_name
from environments.model import Environment
from environments.rules.airflow import default_queue
from environments.rules.registry import rule
from environments.sections.teams import Team

LOG_TEMPLATE = "AIRFLOW__LOGGING__LOG_FILENAME_TEMPLATE"


@rule("teams", "topology", "workers", "dags", "airflow")
def teams_have_what_they_need(environment: Environment) -> Iterator[Problem]:
    """Teams need worker groups, and bundles that each worker clones for itself."""
    if not environment.teams:
        return
    if environment.topology != "celery":
        yield Problem(
            "teams", f"requires topology celery, which has worker groups, got {environment.topology}. Fix: remove teams"
        )
    elif environment.dags.delivery != "git_bundle":
        yield Problem(
            "dags.delivery",
            f"must be git_bundle where there are teams, got {environment.dags.delivery}: the other deliveries give "
            "every worker all DAG files. Fix: set git_bundle",
        )
    if LOG_TEMPLATE in environment.airflow.config:
        yield Problem(
            f"airflow.config.{LOG_TEMPLATE}",
            "must not be set where there are teams: the logs of a team are those below dag_id=<team>. Fix: remove it",
        )
    queue = default_queue(environment)
    for index, group in enumerate(environment.workers):
        team = team_of(environment, group.name)
        if team and queue in group.queues:
            yield Problem(
                f"workers[{index}].queues",
                f"{queue!r} takes all Airflow tasks that name no queue, so it must not belong to the team {team.name}. "
                "Fix: serve it by a group that belongs to no team",
            )


@rule("teams", "database")
def workers_of_teams_log_in_with_tokens(environment: Environment) -> Iterator[Problem]:
    """The workers of each team have their own database user, which only their task roles can log in as."""
    if environment.teams and environment.database.authentication != "iam":
        proxy = " and proxy: false, because RDS Proxy logs in as Airflow's user" if environment.database.proxy else ""
        yield Problem(
            "database.authentication",
            f"must be iam where there are teams, got {environment.database.authentication!r}, which lets code on a "
            "worker of one team read and change the data of all teams. Fix: set authentication: "
            f"iam{proxy} (docs/database.md)",
        )


@rule("teams", "workers")
def names_and_groups_belong_to_one_team(environment: Environment) -> Iterator[Problem]:
    """A name belongs to one team, a worker group exists and belongs to one team."""
    names: dict[str, int] = {}
    groups: dict[str, int] = {}
    known = [group.name for group in environment.workers]
    for index, team in enumerate(environment.teams):
        if team.name == SHARED_BUNDLE:
            yield Problem(f"teams[{index}].name", f"{SHARED_BUNDLE!r} is the DAG bundle of dags.repository")
        if names.setdefault(team.name, index) != index:
            yield Problem(f"teams[{index}].name", f"{team.name!r} is already the name of teams[{names[team.name]}]")
        yield from _groups(index, team, groups, known)


def _groups(index: int, team: Team, groups: dict[str, int], known: list[str]) -> Iterator[Problem]:
    for position, group in enumerate(team.worker_groups):
        path = f"teams[{index}].worker_groups[{position}]"
        if group not in known:
            yield Problem(path, f"must be the name of a worker group ({', '.join(known) or 'none'}), got {group!r}")
        elif groups.setdefault(group, index) != index:
            yield Problem(path, f"{group!r} belongs to teams[{groups[group]}]: a worker group has one team")
        elif group in team.worker_groups[:position]:
            yield Problem(path, f"{group!r} is listed twice. Fix: remove one of the two")


@rule("teams", "topology", "broker")
def teams_share_no_token_of_the_broker(environment: Environment) -> Iterator[Problem]:
    """Each team logs in to the broker as its own user."""
    if environment.teams and environment.topology == "celery" and environment.broker.authentication != "iam":
        yield Problem(
            "broker.authentication",
            "must be iam where there are teams: with one AUTH token, every worker can read and write the queues of all "
            "teams. Fix: set iam",
        )


@rule("teams", "workers", "name", "name_prefix")
def users_of_the_broker_are_valid(environment: Environment) -> Iterator[Problem]:
    """The id of each team's user is short enough, and no queue is another key of the broker."""
    name, limit = resource_name(environment.name_prefix, environment.name), BROKER_USER_CHARACTERS.limit
    for index, team in enumerate(environment.teams):
        user = team_user(name, team.name)
        if len(user) > limit:
            yield Problem(
                f"teams[{index}].name",
                f"the broker's user {user!r} has {len(user)} characters, AWS allows {limit}. Fix: shorten it by "
                f"{len(user) - limit}",
            )
        if team.name.endswith("-") or "--" in team.name:
            yield Problem(
                f"teams[{index}].name",
                f"must not end in a hyphen or contain two in a row (ElastiCache rejects both), got {team.name!r}",
            )
    for index, group in enumerate(environment.workers):
        for position, queue in enumerate(group.queues):
            if queue.startswith(RESERVED) and environment.teams:
                yield Problem(
                    f"workers[{index}].queues[{position}]",
                    f"{queue!r} begins like a key with which Celery manages the messages of all queues. "
                    "Fix: rename the queue",
                )


@rule("teams", "dags")
def repositories_are_on_the_known_server(environment: Environment) -> Iterator[Problem]:
    """All repositories are on one server, whose host keys and port are known, and each team has its own."""
    known = git_server(environment.dags.repository or "")
    owners = {environment.dags.repository: "dags.repository"}
    for index, team in enumerate(environment.teams):
        path, server = f"teams[{index}].repository", git_server(team.repository)
        if known and server and (server.protocol, server.host, server.port) != (known.protocol, known.host, known.port):
            yield Problem(
                path,
                f"must be on the server of dags.repository, {known.protocol} {known.host}:{known.port}, got "
                f"{server.protocol} {server.host}:{server.port}",
            )
        owner = owners.setdefault(team.repository, path)
        if owner != path:
            yield Problem(
                path,
                f"must differ from {owner}: with its deploy key, a team could read DAG files of others. Fix: use "
                "one repository for each team",
            )


@rule("teams", "topology", "components", "workers", "ecs_executor", "name", "name_prefix", "account_id", "region")
def secrets_of_a_team_are_its_own(environment: Environment) -> Iterator[Problem]:
    """Only the worker groups of a team read the parameters below its path."""
    for path, process, access in dag_access(environment):
        for team in _others(environment, process):
            own = f"{parameter_path(environment.name_prefix, environment.name)}/{parameter_prefix(team.name)}"
            arn = f"arn:aws:ssm:{environment.region}:{environment.account_id}:parameter{own}/connections/any"
            for variable, parameter in access.secrets.items():
                if f"{parameter.split(':parameter')[-1]}/".startswith(f"{own}/"):
                    yield Problem(
                        f"{path}.secrets.{variable}",
                        f"{parameter} belongs to the team {team.name}, and {process} does not. Fix: name a copy below "
                        "another path",
                    )
            for index, policy in enumerate(access.policies):
                covering = [item for item in policy.resources if fnmatchcase(arn, item.replace("[", "[[]"))]
                if covering and any(fnmatchcase("ssm:getparameter", action.lower()) for action in policy.actions):
                    yield Problem(
                        f"{path}.policies[{index}].resources",
                        f"{covering[0]} includes the secrets of the team {team.name}, and {process} is not its worker "
                        "group. Fix: name the parameters that the DAGs need",
                    )


def _others(environment: Environment, process: str) -> list[Team]:
    """The teams to which ``process`` does not belong."""
    return [team for team in environment.teams if process not in map(worker_name, team.worker_groups)]
