"""Stack ``<environment>-airflow``: the components, their door, and what keeps them running."""

from __future__ import annotations

from cdktf import TerraformOutput
from constructs import Construct

from environments.model import Environment
from environments.schedules import eventbridge
from environments.sections.compute import WorkerGroup as WantedGroup
from modules.alarms import Alarms
from modules.autoscaling import Bounds, LoadScaling, ScalingTarget, Sleep, WorkScaling
from modules.cluster import Cluster
from modules.component import Component
from modules.core.fargate import FargatePlatform
from modules.core.grants import RoleSettings
from modules.core.naming import Names
from modules.core.process import (
    API_SERVER,
    MIGRATE,
    SCHEDULER,
    STANDALONE,
    TRIGGERER,
    TRIGGERER_LOG_PORT,
    WORKER_LOG_PORT,
)
from modules.core.service import Capacity, EcsComponent, Size
from modules.core.stack import Stack
from modules.dashboard import Dashboard
from modules.database_sleep import DatabaseSleep
from modules.door import Door
from modules.foundation import FoundationReference
from modules.maintenance import Maintenance
from modules.offer import METRICS_NAMESPACE, ExecutionApi, Offer
from modules.one_off import OneOff
from modules.options import options
from modules.topology import WORKER_USES, Planned, components, processes
from modules.watches import Watched, watches
from modules.worker_group import ScaleInProtection, WorkerGroup


class Airflow(Stack):
    """Cluster, services, load balancer, scaling and schedules of one environment."""

    def __init__(self, scope: Construct, environment: Environment, *, names: Names, roles: RoleSettings) -> None:
        super().__init__(
            scope,
            names.stack("airflow"),
            account_id=environment.account_id,
            region=environment.region,
            tags=names.tags,
            state=environment.state,
        )
        self._environment, self._names, self._roles = environment, names, roles

    def build(self, foundation: FoundationReference) -> None:
        """Everything of this stack, on top of ``foundation``."""
        environment, names = self._environment, self._names
        self._foundation = foundation
        self._offer = Offer(environment, foundation, names=names)
        self._cluster = Cluster(
            self,
            "cluster",
            name=names.name,
            vpc_id=foundation.network.vpc_id,
            domain=names.domain,
            key_arn=foundation.data_key_arn,
            exec_log_group_name=f"{names.path}/exec",
            log_retention_days=environment.logs.retention_days,
        )
        self._exec = [self._cluster.exec_audit] if environment.airflow.exec_enabled else []
        self._door = Door(
            self,
            "door",
            name=names.name,
            foundation=foundation,
            wanted=environment.load_balancer,
            log_retention_days=environment.logs.retention_days,
        )
        self._platform = self._make_platform()
        self._sleep = self._sleeping_hours()
        self._services = {row.process.name: self._component(row) for row in components(environment)}
        self._workers = [self._worker_group(group) for group in environment.workers]
        self._let_logs_be_read()
        self._migrate = self._migration()
        self._keep_tidy()
        self._observe()
        self._outputs()

    def _make_platform(self) -> FargatePlatform:
        environment, names, images = self._environment, self._names, self._foundation.images
        return FargatePlatform(
            name=names.name,
            cluster_arn=self._cluster.arn,
            domain=names.domain,
            namespace_id=self._cluster.namespace_id,
            image=images.image(digest=environment.airflow.image_digest, tag=environment.airflow.image_tag),
            repository=images,
            architecture=environment.architecture,
            region=environment.region,
            log_path=names.path,
            roles=self._roles,
            environment=options(environment, names=names, base_url=self._door.url),
            keep_revisions=environment.production,
        )

    def _component(self, row: Planned) -> Component:
        behind_door = row.process in (API_SERVER, STANDALONE)
        component = Component(
            self,
            row.process.name,
            process=row.process,
            platform=self._platform,
            network=self._foundation.network,
            size=row.fargate_size,
            capacity=row.capacity,
            uses=[*self._offer.services(row.uses), *self._exec],
            exec_enabled=bool(self._exec),
            sidecars=self._offer.sidecars(row.uses),
            target_group_arn=self._door.target_group_arn if behind_door else None,
            depends_on=self._door.listeners if behind_door else (),
            stop_timeout=row.size.stop_timeout_seconds,
        )
        if behind_door:
            self._door.open_to(component.connections)
            self._offer.execution_api = ExecutionApi(component.connections)
        self._scale(component, row)
        return component

    def _scale(self, component: EcsComponent, row: Planned) -> None:
        grows = row.maximum > row.size.count
        if not grows and self._sleep is None:
            return
        target = self._target(component, Bounds(row.size.count, row.maximum))
        if grows:
            LoadScaling(component, "scaling", target=target)

    def _target(self, component: EcsComponent, bounds: Bounds) -> ScalingTarget:
        return ScalingTarget(
            component,
            "scalable",
            cluster=self._cluster.name,
            service=component.process.name,
            bounds=bounds,
            sleep=self._sleep,
            after=[component.service],
        )

    def _worker_group(self, wanted: WantedGroup) -> WorkerGroup:
        environment = self._environment
        protection = ScaleInProtection(
            account_id=environment.account_id, region=environment.region, cluster=self._cluster.name
        )
        group = WorkerGroup(
            self,
            f"worker-{wanted.name}",
            group=wanted.name,
            queues=wanted.queues,
            concurrency=wanted.concurrency,
            platform=self._platform,
            network=self._foundation.network,
            size=Size(wanted.cpu, wanted.memory_mib, wanted.ephemeral_storage_gib),
            capacity=Capacity(wanted.min_count, wanted.spot_percent, wanted.on_demand_base),
            log_readers=[self._services[API_SERVER.name].connections],
            uses=[*self._offer.worker_services(WORKER_USES), protection, *self._exec],
            exec_enabled=bool(self._exec),
            sidecars=self._offer.sidecars(WORKER_USES),
            stop_timeout=wanted.stop_timeout_seconds,
        )
        WorkScaling(
            group,
            "scaling",
            target=self._target(group, Bounds(wanted.min_count, wanted.max_count)),
            group=wanted.name,
            environment=environment.name,
            namespace=METRICS_NAMESPACE,
            scale_out_cooldown=wanted.scale_out_cooldown_seconds,
            scale_in_cooldown=wanted.scale_in_cooldown_seconds,
        )
        return group

    def _let_logs_be_read(self) -> None:
        """The api-servers fetch logs of running Airflow tasks from where they run."""
        if API_SERVER.name not in self._services:
            return
        reader = self._services[API_SERVER.name].connections
        triggerer = self._services[TRIGGERER.name].connections
        triggerer.allow_from(reader, port=TRIGGERER_LOG_PORT, why="logs of running triggers")
        if self._environment.topology == "local":
            scheduler = self._services[SCHEDULER.name].connections
            scheduler.allow_from(reader, port=WORKER_LOG_PORT, why="logs of running Airflow tasks")

    def _migration(self) -> OneOff:
        return OneOff(
            self,
            MIGRATE.name,
            process=MIGRATE,
            platform=self._platform,
            network=self._foundation.network,
            uses=self._offer.services(("database", "shared_secrets"), secrets=("admin-password",)),
        )

    def _sleeping_hours(self) -> Sleep | None:
        wanted = self._environment.hibernation
        if wanted is None:
            return None
        return Sleep(eventbridge(wanted.stop), eventbridge(wanted.start), wanted.timezone)

    def _keep_tidy(self) -> None:
        if self._sleep:
            DatabaseSleep(
                self,
                "database-sleep",
                name=self._names.name,
                database=self._names.name,
                stop=self._sleep.stop,
                start=self._sleep.start,
                timezone=self._sleep.timezone,
                key_arn=self._foundation.data_key_arn,
                roles=self._roles,
            )
        if self._environment.cleanup.enabled:
            Maintenance(
                self,
                "db-clean",
                name=self._names.name,
                platform=self._platform,
                network=self._foundation.network,
                uses=self._offer.services(("database",)),
                keep_days=self._environment.cleanup.keep_days,
                schedule=eventbridge(self._environment.cleanup.schedule),
                key_arn=self._foundation.data_key_arn,
            )

    def _observe(self) -> None:
        environment, names = self._environment, self._names
        watched = Watched(names.name, self._door.arn_suffix, self._door.target_group_arn_suffix)
        table = watches(environment, watched)
        alarms: list[str] = []
        if environment.alarms.enabled:
            alarms = Alarms(
                self,
                "alarms",
                name=names.name,
                account_id=environment.account_id,
                key_arn=self._foundation.data_key_arn,
                watches=table,
                email=environment.alarms.email,
            ).arns
        Dashboard(
            self,
            "dashboard",
            name=names.name,
            region=environment.region,
            watches=table,
            alarm_arns=alarms,
            log_groups=[f"{names.path}/{process}" for process in processes(environment)],
        )

    def _outputs(self) -> None:
        network = self._foundation.network
        values = {
            "url": (self._door.url, "Where people open Airflow"),
            "cluster_name": (self._cluster.name, "Name of the ECS cluster"),
            "migrate_task_definition": (
                self._migrate.task_definition_arn,
                "Task definition that migrates the database",
            ),
            "migrate_security_group": (self._migrate.security_group_id, "Security group of the migration"),
            "application_subnet_ids": (network.application_subnet_ids, "Subnets of the Fargate tasks"),
        }
        for name, (value, text) in values.items():
            TerraformOutput(self, name, value=value, description=text)
