"""The model of one environment. Its defaults are safe for production."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import StrictBool, model_validator

from environments.facts.naming import Names
from environments.facts.regions import REGIONS
from environments.facts.topology import Topology
from environments.fields import IN_PLACE, ROLLING, Section, not_possible_later, plan, replaces, synth
from environments.formats import AccountId, Pattern
from environments.sections.airflow import Airflow, Dags
from environments.sections.auth import Auth
from environments.sections.compute import DEFAULT_WORKERS, Components, EcsExecutor, WorkerGroup
from environments.sections.identity import Iam, Waiver
from environments.sections.network import LoadBalancer, Network
from environments.sections.operation import Alarms, Cleanup, Hibernation, Logs
from environments.sections.state import Region, State
from environments.sections.stores import Broker, Database
from environments.sections.teams import Team
from environments.sections.telemetry import Telemetry

NAME_PATTERN = r"^[a-z][a-z0-9-]{1,15}$"
Architecture = Literal["ARM64", "X86_64"]


class Environment(Section):
    """One deployment of Airflow: typed, frozen data.

    The model checks each key. Rules between keys are checked by :func:`environments.load.from_data`, which every
    loader uses, and by :func:`environments.load.checked` for an environment that code builds.

    Raises:
        pydantic.ValidationError: when the value of a key is not allowed.
    """

    name: Annotated[
        Annotated[str, Pattern(NAME_PATTERN, "2 to 16 lower-case letters, digits and hyphens, starting with a letter")],
        synth(
            "Name of the environment; part of every name in AWS.",
            effect=not_possible_later("create a new environment and restore a snapshot of the database"),
        ),
    ]
    account_id: Annotated[
        AccountId,
        synth(
            "AWS account of the environment; the provider rejects every other account.",
            effect=not_possible_later("create a new environment there and restore a snapshot"),
        ),
    ]
    region: Annotated[
        Region,
        synth(
            "AWS region of the environment.",
            effect=not_possible_later("create a new environment there and restore a snapshot"),
        ),
    ]
    topology: Annotated[
        Topology,
        synth(
            "`sequential`: one Fargate task that runs one Airflow task at a time; `single`: one Fargate task; "
            "`local_executor`: a service for each component; `ecs`: each Airflow task runs in its own Fargate task; "
            "`celery`: worker groups.",
            effect=replaces("the services that only the old or only the new topology has"),
        ),
    ] = "celery"
    architecture: Annotated[
        Architecture, plan("CPU architecture of all Fargate tasks and of the image.", effect=ROLLING)
    ] = "ARM64"
    production: Annotated[
        StrictBool, synth("Reject settings that could lose data or hide a failure.", effect=IN_PLACE)
    ] = True
    name_prefix: Annotated[
        Annotated[
            str,
            Pattern(
                r"^[a-z][a-z0-9-]{0,15}$", "1 to 16 lower-case letters, digits and hyphens, starting with a letter"
            ),
        ],
        plan(
            "First part of every name in AWS; environments with the same name and different prefixes share only their "
            "account, and need different state buckets.",
            effect=not_possible_later("create a new environment and restore a snapshot of the database"),
        ),
    ] = "airflow"
    tags: Annotated[dict[str, str], synth("Additional tags of every resource.", effect=IN_PLACE)] = {}  # noqa: RUF012  # pydantic copies defaults
    iam: Annotated[Iam, synth("IAM roles.")] = Iam()
    state: Annotated[State, synth("Terraform states.")] = State()
    network: Annotated[Network, synth("VPC and subnets.")]
    load_balancer: Annotated[LoadBalancer, synth("Load balancer.")] = LoadBalancer()
    database: Annotated[Database, synth("Metadata database.")] = Database()
    broker: Annotated[Broker, synth("Broker (`celery`).")] = Broker()
    airflow: Annotated[Airflow, synth("Image and options of Airflow.")] = Airflow()
    auth: Annotated[Auth, synth("How people sign in (docs/sign_on.md).")] = Auth()
    components: Annotated[Components, synth("Sizes of the components.")] = Components()
    workers: Annotated[
        Annotated[tuple[WorkerGroup, ...], Len(0, 100)],
        synth("Worker groups (`celery`); when absent, one group named `default`."),
    ] = DEFAULT_WORKERS
    ecs_executor: Annotated[
        EcsExecutor | None,
        synth(
            "Runs Airflow tasks in their own Fargate tasks: with topology `ecs` all Airflow tasks, even without this "
            'section; with `celery` the Airflow tasks that set `executor="ecs"`.',
            effect=replaces("the log group when it becomes absent; rolling when it becomes given"),
        ),
    ] = None
    dags: Annotated[Dags, synth("Delivery of DAG files.")] = Dags()
    teams: Annotated[
        Annotated[tuple[Team, ...], Len(0, 10)],
        synth("Teams with a DAG bundle, separate worker groups, secrets and a pool (`celery`; docs/teams.md)."),
    ] = ()
    logs: Annotated[Logs, synth("Logs and their retention.")] = Logs()
    alarms: Annotated[Alarms, synth("CloudWatch alarms.")] = Alarms()
    telemetry: Annotated[Telemetry, synth("Receivers of traces, metrics and data lineage.")] = Telemetry()
    hibernation: Annotated[
        Hibernation | None,
        synth("Scheduled stop and start; the environment always runs when absent.", effect=IN_PLACE),
    ] = None
    cleanup: Annotated[Cleanup, synth("Clean-up of the metadata database.")] = Cleanup()
    waivers: Annotated[Annotated[tuple[Waiver, ...], Len(0, 500)], synth("Accepted findings of policies.")] = ()

    @model_validator(mode="before")
    @classmethod
    def _with_dependent_defaults(cls, data: Any) -> Any:
        return with_dependent_defaults(data) if isinstance(data, dict) else data

    @property
    def names(self) -> Names:
        """Names of the environment's resources in AWS."""
        return Names(self.name_prefix, self.name, self.account_id, dict(self.tags))


def with_dependent_defaults(data: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` with the defaults that depend on other keys.

    There are no worker groups without Celery, topology `ecs` has its executor, and the state bucket is in the
    environment's region.
    """
    filled = dict(data)
    if data.get("topology", "celery") != "celery":
        filled.setdefault("workers", ())
    if data.get("topology") == "ecs" and data.get("ecs_executor") is None:
        filled["ecs_executor"] = {}
    state = data.get("state")
    if isinstance(state, dict) and state.get("backend", "s3") == "s3" and data.get("region") in REGIONS:
        filled["state"] = {"region": data["region"], **state}
    return filled
