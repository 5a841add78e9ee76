"""The services of an environment: components from their table, worker groups from the environment's list."""

from __future__ import annotations

from constructs import Construct

from environments.facts.topology import uses_celery, worker_name
from environments.model import Environment
from environments.sections.compute import WorkerGroup as WantedGroup
from modules.constructs.autoscaling import Bounds, LoadScaling, ScalingTarget, Sleep
from modules.constructs.cluster import Cluster
from modules.constructs.component import Component
from modules.constructs.queue_scaling import WorkScaling
from modules.constructs.worker_group import ScaleInProtection, WorkerGroup
from modules.core.airflow_process import (
    API_SERVER,
    SCHEDULER,
    STANDALONE,
    TRIGGERER,
    TRIGGERER_LOG_PORT,
    WORKER_LOG_PORT,
)
from modules.core.fargate_task import FargatePlatform
from modules.core.network_reference import NetworkReference
from modules.core.scalable import Scalable
from modules.core.service import Capacity, EcsComponent, Size
from modules.stacks.component_table import WORKER_USES, Planned, components
from modules.stacks.public_endpoint import Door
from modules.stacks.service_bindings import METRICS_NAMESPACE, ExecutionApi, Offer


class AirflowServices:
    """Makes them in ``stack``, one after the other: later ones use earlier ones."""

    def __init__(
        self,
        stack: Construct,
        environment: Environment,
        *,
        network: NetworkReference,
        platform: FargatePlatform,
        cluster: Cluster,
        door: Door,
        offer: Offer,
        sleep: Sleep | None,
    ) -> None:
        self._stack, self._environment, self._network = stack, environment, network
        self._platform, self._cluster, self._door, self._offer, self._sleep = platform, cluster, door, offer, sleep
        self._exec = [cluster.exec_audit] if environment.airflow.exec_enabled else []
        self._services: dict[str, Component] = {}

    def build(self) -> None:
        """Components, worker groups, and the ways between them on which logs are read."""
        for row in components(self._environment):
            self._services[row.process.name] = self._component(row)
        for group in self._environment.workers:
            self._worker_group(group)
        self._let_logs_be_read()

    def _component(self, row: Planned) -> Component:
        behind_door = row.process in (API_SERVER, STANDALONE)
        component = Component(
            self._stack,
            row.process.name,
            process=row.process,
            platform=self._platform,
            network=self._network,
            size=row.fargate_size,
            capacity=row.capacity,
            uses=[*self._offer.services(row.uses), *self._exec],
            exec_enabled=bool(self._exec),
            sidecars=self._offer.sidecars(row.uses),
            target_group_arn=self._door.target_group_arn if behind_door else None,
            depends_on=[self._cluster.capacity, *(self._door.listeners if behind_door else ())],
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

    def _target(self, component: EcsComponent, bounds: Bounds) -> Scalable:
        return ScalingTarget(
            component,
            "scalable",
            cluster=self._cluster.name,
            service=component.process.name,
            bounds=bounds,
            sleep=self._sleep,
            after=[component.service],
        ).scalable

    def _worker_group(self, wanted: WantedGroup) -> WorkerGroup:
        environment = self._environment
        protection = ScaleInProtection(
            account_id=environment.account_id, region=environment.region, cluster=self._cluster.name
        )
        group = WorkerGroup(
            self._stack,
            worker_name(wanted.name),
            group=wanted.name,
            queues=wanted.queues,
            concurrency=wanted.concurrency,
            platform=self._platform,
            network=self._network,
            size=Size(wanted.cpu, wanted.memory_mib, wanted.ephemeral_storage_gib),
            capacity=Capacity(wanted.min_count, wanted.spot_percent, wanted.on_demand_base),
            log_readers=[self._services[API_SERVER.name].connections],
            uses=[*self._offer.worker_services(WORKER_USES), protection, *self._exec],
            exec_enabled=bool(self._exec),
            sidecars=self._offer.sidecars(WORKER_USES),
            stop_timeout=wanted.stop_timeout_seconds,
            depends_on=[self._cluster.capacity],
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
        if not uses_celery(self._environment.topology):
            scheduler = self._services[SCHEDULER.name].connections
            scheduler.allow_from(reader, port=WORKER_LOG_PORT, why="logs of running Airflow tasks")
