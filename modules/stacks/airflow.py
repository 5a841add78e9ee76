"""Stack ``<environment>-airflow``: components, public endpoint, schedules and alarms."""

from __future__ import annotations

from cdktf import TerraformOutput
from constructs import Construct

from environments.derived.teams import database_users
from environments.facts.cron import eventbridge
from environments.facts.naming import Names
from environments.facts.secrets import names_for_process
from environments.facts.stacks import AIRFLOW
from environments.model import Environment
from modules.constructs.alarms import Alarms
from modules.constructs.autoscaling import SleepSchedule
from modules.constructs.cluster import Cluster
from modules.constructs.dashboard import Dashboard
from modules.constructs.database_schedule import DatabaseSchedule
from modules.constructs.metadata_database import log_group
from modules.constructs.one_off_task import OneOffTask
from modules.core.airflow_process import MIGRATE
from modules.core.fargate_task import FargatePlatform
from modules.core.grants import RoleSettings
from modules.stacks.airflow_options import options
from modules.stacks.airflow_services import AirflowServices
from modules.stacks.alarm_definitions import MonitoredResources, alarm_definitions, queue_graphs
from modules.stacks.component_table import processes
from modules.stacks.environment_stack import EnvironmentStack
from modules.stacks.foundation import FoundationReference
from modules.stacks.maintenance import Maintenance
from modules.stacks.public_endpoint import PublicEndpoint
from modules.stacks.service_bindings import ServiceBindings


class Airflow(EnvironmentStack):
    """Cluster, services, load balancer, scaling and schedules of one environment."""

    def __init__(self, scope: Construct, environment: Environment, *, names: Names, roles: RoleSettings) -> None:
        super().__init__(scope, environment, layer=AIRFLOW, names=names, roles=roles)

    def build(self, foundation: FoundationReference) -> None:
        """Create all resources of the stack, which use those of ``foundation``."""
        environment, names = self._environment, self._names
        self._foundation = foundation
        self._bindings = ServiceBindings(environment, foundation, names=names)
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
        self._public_endpoint = PublicEndpoint(self, environment, names=names, foundation=foundation)
        self._bindings.load_balancer_arn = self._public_endpoint.load_balancer.arn
        self._platform = self._fargate_platform()
        self._sleep = self._sleep_schedule()
        services = AirflowServices(
            self,
            environment,
            network=foundation.network,
            platform=self._platform,
            cluster=self._cluster,
            public_endpoint=self._public_endpoint,
            bindings=self._bindings,
            sleep=self._sleep,
        )
        services.build()
        self._with_dag_code = services.with_dag_code
        self._migrate = self._migration()
        self._add_database_schedules()
        self._add_monitoring()
        self._outputs()

    def _fargate_platform(self) -> FargatePlatform:
        environment, names, images = self._environment, self._names, self._foundation.image_repository
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
            environment=options(environment, names=names, base_url=self._public_endpoint.url),
            keep_revisions=environment.production,
        )

    def _migration(self) -> OneOffTask:
        """The migration, which always has the password: for the first login of a database that requires tokens."""
        users = sorted(set(database_users(self._environment).values()))
        return OneOffTask(
            self,
            MIGRATE.name,
            process=MIGRATE,
            platform=self._platform,
            network=self._foundation.network,
            uses=self._bindings.services(("database", "shared_secrets"), secrets=names_for_process(MIGRATE.name)),
            environment={"AIRFLOW_DB_WORKER_USERS": ",".join(users)} if users else {},
        )

    def _sleep_schedule(self) -> SleepSchedule | None:
        hours = self._environment.hibernation
        if hours is None:
            return None
        return SleepSchedule(eventbridge(hours.stop), eventbridge(hours.start), hours.timezone)

    def _add_database_schedules(self) -> None:
        if self._sleep:
            DatabaseSchedule(
                self,
                "database-schedule",
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
                uses=self._bindings.services(("database",)),
                keep_days=self._environment.cleanup.keep_days,
                schedule=eventbridge(self._environment.cleanup.schedule),
                key_arn=self._foundation.data_key_arn,
            )

    def _add_monitoring(self) -> None:
        environment, names = self._environment, self._names
        load_balancer = self._public_endpoint.load_balancer
        resources = MonitoredResources(names.name, load_balancer.arn_suffix, load_balancer.target_group_arn_suffix)
        definitions = alarm_definitions(environment, resources)
        alarm_arns: list[str] = []
        if environment.alarms.enabled:
            alarm_arns = Alarms(
                self,
                "alarms",
                name=names.name,
                account_id=environment.account_id,
                key_arn=self._foundation.data_key_arn,
                alarms=definitions,
                email=environment.alarms.email,
            ).arns
        Dashboard(
            self,
            "dashboard",
            name=names.name,
            region=environment.region,
            alarms=definitions,
            alarm_arns=alarm_arns,
            log_groups=[f"{names.path}/{process}" for process in processes(environment)],
            database_log_group=log_group(names.name),
            queues=queue_graphs(environment),
        )

    def _outputs(self) -> None:
        network = self._foundation.network
        values = {
            "url": (self._public_endpoint.url, "Where people open Airflow"),
            "cluster_name": (self._cluster.name, "Name of the ECS cluster"),
            "migrate_task_definition": (
                self._migrate.reference.task_definition_arn,
                "Task definition that migrates the database",
            ),
            "migrate_security_group": (self._migrate.reference.security_group_id, "Security group of the migration"),
            "application_subnet_ids": (network.application_subnet_ids, "Subnets of the Fargate tasks"),
        }
        for service, component in self._with_dag_code.items():
            prefix = service.replace("-", "_")
            values[f"{prefix}_security_group_id"] = (
                component.connections.security_group_id,
                f"Security group of {service}, for ingress rules at the destinations of its DAGs",
            )
            values[f"{prefix}_task_role_arn"] = (
                component.task_role.arn,
                f"Task role of {service}, for resource policies and trust policies that allow its DAGs",
            )
        for name, (value, text) in values.items():
            TerraformOutput(self, name, value=value, description=text)
