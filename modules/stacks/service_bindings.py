"""Backing services and sidecars, by the names that ``modules.stacks.component_table`` uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from environments.derived.teams import database_users, team_of
from environments.facts.metrics import NAMESPACE
from environments.facts.naming import Names
from environments.facts.secrets import OIDC_CLIENT_SECRET, own_names_for_process
from environments.facts.teams import SHARED_BUNDLE, parameter_prefix
from environments.facts.topology import uses_celery, worker_name
from environments.model import Environment
from environments.sections.dag_access import DagAccess as DagAccessSection
from environments.sections.teams import Team
from modules.constructs.dag_delivery import GitBundle, GitSync, Repository, S3Sync
from modules.constructs.log_storage import TaskLogsOfTeam, TaskLogsReader
from modules.constructs.metric_sidecars import StatsD, WorkerMetrics
from modules.core.connections import Connections
from modules.core.container import Secret
from modules.core.dag_access import DagAccess
from modules.core.database_reference import WorkerDatabase
from modules.core.task import BackingService, Client, Sidecar
from modules.stacks.component_table import Use
from modules.stacks.dag_access import dag_access
from modules.stacks.dag_bundles import bundles_of, repositories
from modules.stacks.ecs_executor import EcsExecutorSettings
from modules.stacks.foundation import FoundationReference
from modules.stacks.sign_on import SignOn
from modules.stacks.telemetry import Telemetry

SHARED_SECRETS = own_names_for_process("api-server")
WORKER_SECRETS = own_names_for_process("worker")


@dataclass(frozen=True)
class ExecutionApi:
    """The execution API of the api-servers, which components call by its internal name."""

    connections: Connections

    def serve(self, client: Client) -> None:
        """Give ``client`` network access; every component's configuration has the address."""
        self.connections.allow_default_port_from(client.connections, why="execution API")


class ServiceBindings:
    """Maps the names in the component table to backing services and sidecars of one environment."""

    def __init__(self, environment: Environment, foundation: FoundationReference, *, names: Names) -> None:
        self._environment, self._foundation, self._names = environment, foundation, names
        self.execution_api: ExecutionApi | None = None
        self.load_balancer_arn = ""
        self.airflow_tasks: EcsExecutorSettings | None = None
        self.telemetry = Telemetry(environment, name=names.name, secret=self._external_secret)

    def services(self, uses: Iterable[Use], *, secrets: tuple[str, ...] = SHARED_SECRETS) -> list[BackingService]:
        """Return AWS APIs and the backing services called ``uses``, with the shared secrets called ``secrets``."""
        return [self._foundation.aws_services, *(s for use in uses for s in self._services(use, secrets))]

    def worker_services(self, uses: Iterable[Use], *, group: str) -> list[BackingService]:
        """Return the backing services of a worker, which needs only one of the shared secrets.

        Where there are teams, a worker has users of database and broker with few rights. A worker of a team reads
        connections and variables below the team's path and the logs of the team's DAGs. Other connections and variables
        come from the api-servers.
        """
        team, user = team_of(self._environment, group), database_users(self._environment).get(group)
        replaced = {"broker", "database"} if user else {"broker"}
        replaced |= {"secrets_backend", "task_logs"} if team else set()
        return [
            *self.services(use for use in uses if use not in replaced),
            *self._broker_of(team),
            self._foundation.secrets.some(*WORKER_SECRETS),
            *((WorkerDatabase(self._foundation.database, user),) if user else ()),
            *(self._services_of(team) if team else ()),
        ]

    def _broker_of(self, team: Team | None) -> Iterator[BackingService]:
        """The broker, with the user of ``team`` or of the shared worker groups where there are teams."""
        broker = self._foundation.broker
        if broker is not None:
            yield broker.of_team(team.name if team else SHARED_BUNDLE) if self._environment.teams else broker

    def _services_of(self, team: Team) -> Iterator[BackingService]:
        if self._environment.airflow.secrets_backend:
            shared = self._foundation.secrets_backend
            yield replace(shared, path=f"{shared.path}/{parameter_prefix(team.name)}")
        yield TaskLogsOfTeam(self._foundation.task_logs, team.name)

    def receivers(self, process: str) -> list[BackingService]:
        """Return the receivers of telemetry to which the service ``process`` sends."""
        return list(self.telemetry.services(process))

    def dag_access(self, section: DagAccessSection) -> DagAccess:
        """Return the access that the DAGs of a service have in addition."""
        key_arn = self._foundation.secrets_key_arn
        return dag_access(section, self._environment, names=self._names, secrets_key_arn=key_arn)

    def sidecars(self, uses: Iterable[Use], *, group: str | None = None) -> list[Sidecar]:
        """Return the sidecars of ``uses`` and the StatsD sidecar, which every component has.

        Args:
            uses: names of sidecars.
            group: name of the worker group; a group of a team has the DAG bundle of this team only.
        """
        statsd: list[Sidecar] = [StatsD(namespace=NAMESPACE, environment=self._names.name, otlp=self.telemetry.otlp)]
        bundles = bundles_of(self._environment, group=group)
        return statsd + [sidecar for use in uses for sidecar in self._sidecars(use, bundles)]

    def _services(self, use: Use, secrets: tuple[str, ...]) -> Iterator[BackingService]:
        foundation = self._foundation
        if use == "database":
            yield foundation.database
        elif use == "broker" and foundation.broker is not None:
            yield foundation.broker
        elif use == "shared_secrets":
            yield foundation.secrets.some(*secrets)
        elif use == "secrets_backend" and self._environment.airflow.secrets_backend:
            yield foundation.secrets_backend
        elif use == "task_logs":
            yield foundation.task_logs
        elif use == "shown_task_logs":
            yield TaskLogsReader(foundation.task_logs)
        elif use == "execution_api" and self.execution_api is not None:
            yield self.execution_api
        elif use == "airflow_tasks" and self.airflow_tasks is not None:
            yield self.airflow_tasks
        elif use == "sign_on" and self._environment.auth.uses_identity_provider:
            yield self._sign_on()

    def _sign_on(self) -> SignOn:
        auth = self._environment.auth
        if auth.at_load_balancer:
            return SignOn(auth, load_balancer_arn=self.load_balancer_arn)
        return SignOn(auth, client_secret=self._external_secret(OIDC_CLIENT_SECRET))

    def task_sidecars(self, uses: Iterable[Use]) -> list[Sidecar]:
        """Return the sidecars of a process that ends: all of them end before it, so that their exit codes are 0."""
        found = [sidecar for use in uses for sidecar in self._sidecars(use, (SHARED_BUNDLE,))]
        return [
            replace(sidecar, follow=False) if isinstance(sidecar, GitSync | S3Sync) else sidecar for sidecar in found
        ]

    def _sidecars(self, use: Use, bundles: Sequence[str]) -> Iterator[Sidecar]:
        if use == "metrics":
            groups = {
                group.name: {"queues": list(group.queues), "concurrency": group.concurrency}
                for group in self._environment.workers
            }
            yield WorkerMetrics(
                namespace=NAMESPACE,
                environment=self._names.name,
                groups=groups,
                cluster=self._names.name,
                services_arn=self._worker_services_arn(),
                ecs_executor=self._ecs_executor(),
            )
        elif use == "dags" and self._environment.dags.delivery == "git_sync":
            yield GitSync(self._repositories(bundles)[SHARED_BUNDLE])
        elif use == "dags" and self._environment.dags.delivery == "git_bundle":
            yield GitBundle(self._repositories(bundles))
        elif use == "dags" and self._foundation.dag_releases is not None:
            yield S3Sync(self._foundation.dag_releases, self._environment.dags.interval_seconds)

    def _ecs_executor(self) -> str:
        if not self._environment.ecs_executor:
            return ""
        return "named" if uses_celery(self._environment.topology) else "default"

    def _worker_services_arn(self) -> str:
        environment = self._environment
        cluster = f"arn:aws:ecs:{environment.region}:{environment.account_id}:service/{self._names.name}"
        return f"{cluster}/{worker_name('*')}"

    def _repositories(self, bundles: Sequence[str]) -> dict[str, Repository]:
        return repositories(self._environment, bundles, secret=self._external_secret)

    def _external_secret(self, name: str) -> Secret:
        """Return the reference to a SecureString that an operator creates."""
        environment = self._environment
        arn = f"arn:aws:ssm:{environment.region}:{environment.account_id}:parameter{self._names.path}/{name}"
        key_arn = self._foundation.secrets_key_arn
        return Secret(name=name.replace("/", "-"), arn=arn, key_arn=key_arn, version="external")
