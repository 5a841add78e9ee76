"""The ECS services of an environment: the components of its topology and its worker groups."""

from __future__ import annotations

from dataclasses import replace

from constructs import Construct

from environments.derived.dag_access import components_with_dag_code
from environments.derived.teams import team_of
from environments.facts.metrics import NAMESPACE
from environments.facts.naming import TEAM_TAG
from environments.facts.topology import process_name, worker_name
from environments.model import Environment
from environments.sections.compute import EcsExecutor, TaskSize
from environments.sections.compute import WorkerGroup as WorkerGroupSection
from environments.sections.dag_access import DagAccess as DagAccessSection
from modules.constructs.autoscaling import Bounds, CpuScaling, ScalingTarget, SleepSchedule
from modules.constructs.cluster import Cluster
from modules.constructs.component import Component
from modules.constructs.one_off_task import OneOffTask
from modules.constructs.queue_scaling import QueueScaling
from modules.constructs.worker_group import ScaleInProtection, WorkerGroup
from modules.core.airflow_process import API_SERVER, STANDALONE, TASK
from modules.core.dag_access import DagAccess
from modules.core.fargate_task import FargatePlatform
from modules.core.network_reference import NetworkReference
from modules.core.scalable import Scalable
from modules.core.service import EcsComponent
from modules.core.service_settings import Capacity, ServiceSettings, Size
from modules.stacks.component_table import TASK_USES, WORKER_USES, ComponentSpec, components
from modules.stacks.ecs_executor import EcsExecutorSettings
from modules.stacks.log_access import allow_log_access
from modules.stacks.public_endpoint import PublicEndpoint
from modules.stacks.service_bindings import ExecutionApi, ServiceBindings


class AirflowServices:
    """Creates the services in ``stack``, in an order in which each service exists before another one uses it.

    Attributes:
        with_dag_code: the services that run code of DAGs, by name, after :meth:`build`.
    """

    def __init__(
        self,
        stack: Construct,
        environment: Environment,
        *,
        network: NetworkReference,
        platform: FargatePlatform,
        cluster: Cluster,
        public_endpoint: PublicEndpoint,
        bindings: ServiceBindings,
        sleep: SleepSchedule | None,
    ) -> None:
        self._stack, self._environment, self._network = stack, environment, network
        self._platform, self._cluster, self._sleep = platform, cluster, sleep
        self._public_endpoint, self._bindings = public_endpoint, bindings
        self._exec = [cluster.exec_audit] if environment.airflow.exec_enabled else []
        self._services: dict[str, Component] = {}
        self._runs_dag_code = {process_name(name) for name in components_with_dag_code(environment)}
        self.with_dag_code: dict[str, EcsComponent | OneOffTask] = {}

    def build(self) -> None:
        """Create components, worker groups, and the flows on which api-servers read logs."""
        for spec in components(self._environment):
            if "airflow_tasks" in spec.uses and self._environment.ecs_executor:
                self._add_airflow_task(self._environment.ecs_executor)
            self._services[spec.process.name] = self._component(spec)
        for group in self._environment.workers:
            self.with_dag_code[worker_name(group.name)] = self._worker_group(group)
        allow_log_access(self._services, self._environment.topology)

    def _component(self, spec: ComponentSpec) -> Component:
        behind_load_balancer = spec.process in (API_SERVER, STANDALONE)
        load_balancer = self._public_endpoint.load_balancer
        component = Component(
            self._stack,
            spec.process.name,
            process=spec.process,
            platform=self._platform,
            network=self._network,
            settings=self._settings(spec.fargate_size, spec.capacity, spec.size.stop_timeout_seconds),
            uses=[
                *self._bindings.services(spec.uses),
                *self._bindings.receivers(spec.process.name),
                *self._exec,
                *self._dag_access(spec.process.name, spec.size),
            ],
            sidecars=self._bindings.sidecars(spec.uses),
            target_group_arn=load_balancer.target_group_arn if behind_load_balancer else None,
            autoscaled=spec.scales_out or self._sleep is not None,
            depends_on=[self._cluster.capacity_providers, *(load_balancer.listeners if behind_load_balancer else ())],
        )
        if behind_load_balancer:
            self._public_endpoint.open_to(component.connections)
            self._bindings.execution_api = ExecutionApi(component.connections)
        if spec.process.name in self._runs_dag_code:
            self.with_dag_code[spec.process.name] = component
        self._scale(component, spec)
        return component

    def _add_airflow_task(self, section: EcsExecutor) -> None:
        """Create the task definition that the scheduler runs for each Airflow task."""
        task = OneOffTask(
            self._stack,
            TASK.name,
            process=TASK,
            # A scheduler that is being replaced still runs the earlier revision.
            platform=replace(self._platform, keep_revisions=True),
            network=self._network,
            cpu=section.cpu,
            memory_mib=section.memory_mib,
            ephemeral_storage_gib=section.ephemeral_storage_gib,
            stop_timeout=section.stop_timeout_seconds,
            uses=[
                *self._bindings.services(TASK_USES),
                *self._bindings.receivers(TASK.name),
                self._bindings.dag_access(section),
            ],
            sidecars=self._bindings.task_sidecars(TASK_USES),
        )
        self.with_dag_code[TASK.name] = task
        self._bindings.airflow_tasks = EcsExecutorSettings(
            self._stack,
            section,
            task=task.reference,
            platform=self._platform,
            cluster=self._cluster.name,
            network=self._network,
        )

    def _dag_access(self, process: str, size: TaskSize) -> list[DagAccess]:
        if process in self._runs_dag_code and isinstance(size, DagAccessSection):
            return [self._bindings.dag_access(size)]
        return []

    def _settings(self, size: Size, capacity: Capacity, stop_timeout: int) -> ServiceSettings:
        return ServiceSettings(size, capacity, stop_timeout=stop_timeout, exec_enabled=bool(self._exec))

    def _scale(self, component: EcsComponent, spec: ComponentSpec) -> None:
        if not spec.scales_out and self._sleep is None:
            return
        target = self._target(component, Bounds(spec.size.count, spec.maximum))
        if spec.scales_out:
            CpuScaling(component, "scaling", target=target)

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

    def _worker_group(self, section: WorkerGroupSection) -> WorkerGroup:
        environment = self._environment
        protection = ScaleInProtection(
            account_id=environment.account_id, region=environment.region, cluster=self._cluster.name
        )
        group = WorkerGroup(
            self._stack,
            worker_name(section.name),
            group=section.name,
            queues=section.queues,
            concurrency=section.concurrency,
            platform=self._platform,
            network=self._network,
            settings=self._settings(
                Size(section.cpu, section.memory_mib, section.ephemeral_storage_gib),
                Capacity(section.min_count, section.spot_percent, section.on_demand_base),
                section.stop_timeout_seconds,
            ),
            log_readers=[self._services[API_SERVER.name].connections],
            uses=[
                *self._bindings.worker_services(WORKER_USES, group=section.name),
                *self._bindings.receivers(worker_name(section.name)),
                protection,
                *self._exec,
                self._bindings.dag_access(section),
            ],
            sidecars=self._bindings.sidecars(WORKER_USES, group=section.name),
            depends_on=[self._cluster.capacity_providers],
        )
        if team := team_of(self._environment, section.name):
            # ECS copies the tags of a service to its Fargate tasks: AWS can then report the cost of each team.
            group.service.tags = {**(group.service.tags_input or {}), TEAM_TAG: team.name}
        QueueScaling(
            group,
            "scaling",
            target=self._target(group, Bounds(section.min_count, section.max_count)),
            group=section.name,
            environment=self._platform.name,
            namespace=NAMESPACE,
            scale_out_cooldown=section.scale_out_cooldown_seconds,
            scale_in_cooldown=section.scale_in_cooldown_seconds,
        )
        return group
