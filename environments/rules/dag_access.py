"""What DAGs need of their own: destinations, IAM permissions and secrets of worker groups and components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network
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
from environments.rules.network import PRIVATE, SHARED
from environments.rules.registry import rule
from environments.sections.dag_access import DagAccess, Egress, Policy

INTERNET = IPv4Network("0.0.0.0/0")
HTTPS_PORT = 443
STORE_PORTS = {5432: "metadata database", 6379: "broker"}
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


@rule("topology", "components", "workers", "ecs_executor", "network")
def egress_is_complete(environment: Environment) -> Iterator[Problem]:
    """An entry has one destination, ports in order, and is listed once."""
    for path, egress, earlier in _egress(environment):
        if (egress.cidr is None) == (egress.security_group is None):
            got = "neither" if egress.cidr is None else "both"
            yield Problem(path, f"needs either cidr or security_group, got {got}. Fix: give one of them")
        if egress.ports[0] > egress.ports[1]:
            yield Problem(f"{path}.last_port", f"must not be below port {egress.port}, got {egress.last_port}")
        for index, other in enumerate(earlier):
            if _contains(other, egress):
                yield Problem(path, f"egress[{index}] of the same list already allows it. Fix: remove one of the two")


@rule("topology", "components", "workers", "ecs_executor", "network")
def egress_is_outside_of_the_environment(environment: Environment) -> Iterator[Problem]:
    """The project declares its own flows: an entry names no address of the VPC that the project creates."""
    for path, egress, _ in _egress(environment):
        if egress.cidr is None:
            continue
        block = IPv4Network(egress.cidr)
        if block == INTERNET:
            yield from _internet(path, egress)
        elif environment.network.existing is None and _in_vpc(egress.cidr, environment.network.cidr):
            yield Problem(
                f"{path}.cidr",
                f"{block} overlaps the VPC {environment.network.cidr} with its data tier: only the flows of Airflow "
                "may reach it. Fix: name security_group, or addresses outside of the VPC",
            )


def _internet(path: str, egress: Egress) -> Iterator[Problem]:
    low, high = egress.ports
    stores = [what for port, what in STORE_PORTS.items() if low <= port <= high]
    if stores:
        yield Problem(
            f"{path}.cidr",
            f"0.0.0.0/0 contains the data tier, and port {low} is that of the {stores[0]}. Fix: name the addresses",
        )
    elif low < high:
        yield Problem(f"{path}.last_port", "a range of ports to 0.0.0.0/0 is too wide. Fix: one entry for each port")


@rule("topology", "components", "workers", "ecs_executor", "network")
def egress_has_a_route(environment: Environment) -> Iterator[Problem]:
    """A new VPC reaches public addresses only, through NAT; HTTPS to them is open for every component."""
    network = environment.network
    for path, egress, _ in _egress(environment):
        public = egress.cidr is not None and _is_public(egress.cidr)
        if egress.cidr and not public and network.existing is None and not _in_vpc(egress.cidr, network.cidr):
            yield Problem(
                f"{path}.cidr",
                f"{egress.cidr} is private, and the VPC that this project creates has no route to it. Fix: use "
                "network.existing with a VPC whose route tables have one",
            )
        if public and network.egress == "none" and network.existing is None:
            yield Problem(
                f"{path}.cidr",
                f"{egress.cidr} is public, and network.egress none has no way to it. Fix: use single_nat or "
                "nat_per_zone, or remove the entry",
            )
        if public and network.egress != "none" and egress.ports[0] <= HTTPS_PORT <= egress.ports[1]:
            yield Problem(
                f"{path}.port", f"{HTTPS_PORT} to public addresses is open for every component. Fix: remove the entry"
            )


def _is_public(cidr: str) -> bool:
    return not any(IPv4Network(cidr).subnet_of(block) for block in (*PRIVATE, SHARED))


def _in_vpc(cidr: str, vpc: str) -> bool:
    return IPv4Network(cidr).overlaps(IPv4Network(vpc))


def _egress(environment: Environment) -> Iterator[tuple[str, Egress, Sequence[Egress]]]:
    for path, _, access in dag_access(environment):
        for index, egress in enumerate(access.egress):
            yield f"{path}.egress[{index}]", egress, access.egress[:index]


def _contains(wide: Egress, narrow: Egress) -> bool:
    ports = wide.ports[0] <= narrow.ports[0] and narrow.ports[1] <= wide.ports[1]
    if wide.cidr and narrow.cidr:
        return ports and IPv4Network(narrow.cidr).subnet_of(IPv4Network(wide.cidr))
    return ports and wide.security_group is not None and wide.security_group == narrow.security_group


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
                            f"{path}.secrets.{variable}", f"{parameter} belongs to {other.name}. Fix: copy the secret"
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
            path, f"{name} belongs to another environment. Fix: copy the secret below {own}/, or to a path of its own"
        )
    if name.removeprefix(f"{own}/") in {*SPECIFICATIONS, *GIVEN_BY_PEOPLE}:
        yield Problem(
            path, f"{name} is a secret of Airflow itself, which DAGs must not read. Fix: use another parameter"
        )
