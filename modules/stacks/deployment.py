"""Creates the stacks of environments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cdktf import App
from constructs import Construct

from environments.facts.stacks import FOUNDATION
from environments.model import Environment
from environments.sections.identity import Oidc
from modules.core.flows import Flows
from modules.core.grants import RoleSettings
from modules.core.references import CrossStackOutputs
from modules.core.role_boundary import boundary_arn
from modules.core.state import remote_state
from modules.stacks.airflow import Airflow
from modules.stacks.bootstrap import Bootstrap
from modules.stacks.foundation import Foundation


def deployments(app: App, environments: Iterable[Environment]) -> None:
    """Create the stacks of all environments, and a bootstrap stack for each account with states in S3."""
    every = tuple(environments)
    accounts: set[str] = set()
    for environment in every:
        if environment.state.backend == "s3" and environment.account_id not in accounts:
            accounts.add(environment.account_id)
            _bootstrap(app, environment, oidc=_oidc(every, environment.account_id))
        deployment(app, environment, oidc=_oidc(every, environment.account_id))


def deployment(app: Construct, environment: Environment, *, oidc: Oidc | None = None) -> tuple[Foundation, Airflow]:
    """Create the stacks of ``environment``; the network ACLs come last because they need every declared flow.

    Args:
        app: parent construct.
        environment: the environment.
        oidc: the CI roles of its account; its roles then need the permissions boundary.
    """
    environment = in_order(environment)
    names, flows = environment.names, Flows()
    roles = _bounded(_roles(environment), environment) if _has_ci_roles(environment, oidc) else _roles(environment)
    foundation = Foundation(app, environment, names=names, roles=roles, flows=flows)
    airflow = Airflow(app, environment, names=names, roles=roles)
    airflow.add_dependency(foundation)  # without it the cdktf CLI deploys both stacks in parallel
    remote = remote_state(airflow, FOUNDATION, of=foundation.name, state=environment.state)
    airflow.build(CrossStackOutputs(publisher=foundation, remote=remote).publish(foundation.reference))
    foundation.add_network_acls()
    waivers = [waiver.model_dump(mode="json") for waiver in environment.waivers]
    for stack in (foundation, airflow):
        stack.annotate(flows=flows.as_data(), waivers=waivers)
    return foundation, airflow


def in_order(environment: Environment) -> Environment:
    """``environment`` with its lists sorted: their order has no meaning, and must not change a resource."""
    network, existing = environment.network, environment.network.existing
    if existing:
        ids = ("public_subnet_ids", "application_subnet_ids", "data_subnet_ids", "application_route_table_ids")
        existing = existing.model_copy(update={key: _sorted(getattr(existing, key)) for key in ids})
    workers = (group.model_copy(update={"queues": _sorted(group.queues)}) for group in environment.workers)
    teams = (team.model_copy(update={"worker_groups": _sorted(team.worker_groups)}) for team in environment.teams)
    balancer, dags = environment.load_balancer, environment.dags
    return environment.model_copy(
        update={
            "network": network.model_copy(update={"zones": _sorted(network.zones), "existing": existing}),
            "load_balancer": balancer.model_copy(update={"allowed_cidrs": _sorted(balancer.allowed_cidrs)}),
            "dags": dags.model_copy(update={"known_hosts": _sorted(dags.known_hosts)}),
            "workers": tuple(sorted(workers, key=lambda group: group.name)),
            "teams": tuple(sorted(teams, key=lambda team: team.name)),
            "waivers": tuple(sorted(environment.waivers, key=lambda waiver: (waiver.rule, waiver.address))),
        }
    )


def _sorted(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(items))


def _roles(environment: Environment) -> RoleSettings:
    return RoleSettings(
        account_id=environment.account_id,
        region=environment.region,
        path=environment.iam.path,
        permissions_boundary=environment.iam.permissions_boundary,
    )


def _has_ci_roles(environment: Environment, oidc: Oidc | None) -> bool:
    return bool(environment.state.backend == "s3" and oidc and (oidc.github_repository or oidc.gitlab_project))


def _bounded(roles: RoleSettings, environment: Environment) -> RoleSettings:
    """``roles`` with the boundary of the bootstrap stack, unless the environment has its own."""
    made = boundary_arn(environment.names.prefix, account_id=roles.account_id, path=roles.path)
    return replace(roles, permissions_boundary=roles.permissions_boundary or made)


def _oidc(environments: Iterable[Environment], account_id: str) -> Oidc | None:
    """The OIDC settings of an account, from the first of its environments that has any."""
    found = (environment.iam.oidc for environment in environments if environment.account_id == account_id)
    return next((oidc for oidc in found if oidc), None)


def _bootstrap(app: App, environment: Environment, *, oidc: Oidc | None) -> None:
    Bootstrap(
        app,
        account_id=environment.account_id,
        region=environment.region,
        bucket=environment.state.bucket or "",
        names=environment.names,
        roles=_roles(environment),
        oidc=oidc,
    )
