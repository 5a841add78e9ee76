"""What DAGs need beyond Airflow itself: IAM permissions and secrets of worker groups and components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

from environments.arns import arn_account, arn_region
from environments.derived.dag_access import components_with_dag_code, dag_access
from environments.errors import Problem
from environments.facts.naming import parameter_path
from environments.facts.secrets import GIVEN_BY_PEOPLE, SPECIFICATIONS
from environments.facts.topology import uses_celery
from environments.model import Environment
from environments.rules.airflow import OWNED
from environments.rules.names import OF_AWS
from environments.rules.registry import rule
from environments.sections.dag_access import DagAccess, Policy

RESERVED_VARIABLES = ("AIRFLOW_", "AWS_", "ECS_", "GITSYNC_", "LD_", "OPENLINEAGE_", "OTEL_", "PG", "PYTHON", "S3SYNC_")
"""Beginnings of variables that the image, the stacks, AWS or the dynamic linker set."""
FREE_VARIABLES = ("AIRFLOW_CONN_", "AIRFLOW_VAR_")
RESERVED_NAMES = frozenset({"HOME", "PATH", "SSL_CERT_FILE", "TMPDIR", "USER"})


@rule("topology", "components")
def dag_access_is_where_dags_run(environment: Environment) -> Iterator[Problem]:
    """Without the LocalExecutor the scheduler runs no code of DAGs, so access for DAGs would only weaken it."""
    where = "workers[]" if uses_celery(environment.topology) else "ecs_executor"
    running = components_with_dag_code(environment)
    for component, size in environment.components:
        for key in DagAccess.model_fields if isinstance(size, DagAccess) and component not in running else ():
            if getattr(size, key) and component in environment.components.model_fields_set:
                yield Problem(
                    f"components.{component}.{key}",
                    f"with topology {environment.topology}, {component} runs no code of DAGs. Fix: move the key to "
                    f"{where}, or to components.triggerer for triggers",
                )


@rule("topology", "components", "workers", "ecs_executor", "account_id")
def policies_are_complete(environment: Environment) -> Iterator[Problem]:
    """A policy is a managed policy of this account or of AWS, or a statement with actions and resources."""
    for path, _, access in dag_access(environment):
        for index, policy in enumerate(access.policies):
            here = f"{path}.policies[{index}]"
            yield from _policy(here, policy, environment.account_id)
            if policy in access.policies[:index]:
                yield Problem(here, f"is also policies[{access.policies.index(policy)}]. Fix: remove one of the two")


def _policy(path: str, policy: Policy, account_id: str) -> Iterator[Problem]:
    statement = bool(policy.actions or policy.resources or policy.conditions)
    if (policy.arn is not None) == statement:
        got = "both" if statement else "neither"
        yield Problem(
            path, f"needs either arn or a statement (actions and resources), got {got}. Fix: give one of them"
        )
    elif statement and not (policy.actions and policy.resources):
        missing = "resources" if policy.actions else "actions"
        yield Problem(f"{path}.{missing}", "missing: a statement needs actions and resources")
    if policy.arn and arn_account(policy.arn) not in {account_id, OF_AWS}:
        yield Problem(
            f"{path}.arn",
            f"must belong to account {account_id} or to AWS, got account {arn_account(policy.arn)}: {policy.arn}",
        )


@rule("topology", "components", "workers", "ecs_executor", "airflow", "name", "name_prefix", "account_id", "region")
def secrets_are_free_to_read(environment: Environment) -> Iterator[Problem]:
    """A secret is neither one of Airflow's own nor of another environment, and its variable is set once."""
    for path, _, access in dag_access(environment):
        for variable, parameter in access.secrets.items():
            here = f"{path}.secrets.{variable}"
            yield from _variable(here, variable, environment.airflow.config)
            yield from _parameter(here, parameter, environment)


def secrets_of_others(environments: Sequence[Environment]) -> Iterator[tuple[str, Problem]]:
    """No environment reads a secret below the path of another one in the same account, whatever its prefix is."""
    for environment, other in permutations(environments, 2):
        theirs = f"{parameter_path(other.name_prefix, other.name)}/"
        if environment.account_id != other.account_id or environment.name_prefix == other.name_prefix:
            continue  # the path of an environment with the same prefix is rejected without the other file
        for path, _, access in dag_access(environment):
            for variable, parameter in access.secrets.items():
                if parameter.split(":parameter")[-1].startswith(theirs):
                    yield (
                        environment.name,
                        Problem(
                            f"{path}.secrets.{variable}",
                            f"{parameter} belongs to {other.name}. Fix: name a copy below another path",
                        ),
                    )


def _variable(path: str, variable: str, config: Mapping[str, str]) -> Iterator[Problem]:
    owned = variable in OWNED or variable in config or variable in RESERVED_NAMES
    if owned or (variable.startswith(RESERVED_VARIABLES) and not variable.startswith(FREE_VARIABLES)):
        yield Problem(
            path,
            f"the variable {variable} is reserved. Fix: use another name; connections are AIRFLOW_CONN_<ID>, variables "
            "AIRFLOW_VAR_<KEY>",
        )


def _parameter(path: str, parameter: str, environment: Environment) -> Iterator[Problem]:
    name = parameter
    if parameter.startswith("arn:"):
        name = parameter.split(":parameter", 1)[1]
        if (arn_region(parameter), arn_account(parameter)) != (environment.region, environment.account_id):
            yield Problem(
                path,
                f"must be in region {environment.region} and account {environment.account_id}, got {parameter}. Fix: "
                "copy the secret there",
            )
    own = parameter_path(environment.name_prefix, environment.name)
    if name.startswith(f"/{environment.name_prefix}/") and not name.startswith(f"{own}/"):
        yield Problem(
            path, f"{name} belongs to another environment. Fix: copy the secret below {own}/, or to a separate path"
        )
    if name.removeprefix(f"{own}/") in {*SPECIFICATIONS, *GIVEN_BY_PEOPLE}:
        yield Problem(
            path, f"{name} is a secret of Airflow itself, which DAGs must not read. Fix: use another parameter"
        )
