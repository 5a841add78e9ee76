"""Creates the stacks of environments."""

from __future__ import annotations

from collections.abc import Iterable

from cdktf import App
from constructs import Construct

from environments.facts.stacks import FOUNDATION
from environments.model import Environment
from environments.sections.identity import Oidc
from modules.core.flows import Flows
from modules.core.grants import RoleSettings
from modules.core.references import CrossStackOutputs
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
        deployment(app, environment)


def deployment(app: Construct, environment: Environment) -> tuple[Foundation, Airflow]:
    """Create the stacks of ``environment``; the network ACLs come last because they need every declared flow."""
    names, flows = environment.names, Flows()
    roles = _roles(environment)
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


def _roles(environment: Environment) -> RoleSettings:
    return RoleSettings(
        account_id=environment.account_id,
        region=environment.region,
        path=environment.iam.path,
        permissions_boundary=environment.iam.permissions_boundary,
    )


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
