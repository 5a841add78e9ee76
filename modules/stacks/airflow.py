"""Stack ``<environment>-airflow``: the components, their door, and what keeps them running."""

from __future__ import annotations

from cdktf import TerraformOutput
from constructs import Construct

from environments.facts.cron import eventbridge
from environments.facts.naming import Names
from environments.facts.secrets import own_names_for_process
from environments.facts.stacks import AIRFLOW
from environments.model import Environment
from modules.constructs.alarms import Alarms
from modules.constructs.autoscaling import Sleep
from modules.constructs.cluster import Cluster
from modules.constructs.dashboard import Dashboard
from modules.constructs.database_schedule import DatabaseSleep
from modules.constructs.metadata_database import log_group
from modules.constructs.one_off_task import OneOff
from modules.core.airflow_process import MIGRATE
from modules.core.fargate_task import FargatePlatform
from modules.core.grants import RoleSettings
from modules.stacks.airflow_options import options
from modules.stacks.airflow_services import AirflowServices
from modules.stacks.alarm_definitions import Watched, watches
from modules.stacks.component_table import processes
from modules.stacks.environment_stack import EnvironmentStack
from modules.stacks.foundation import FoundationReference
from modules.stacks.maintenance import Maintenance
from modules.stacks.public_endpoint import Door
from modules.stacks.service_bindings import Offer


class Airflow(EnvironmentStack):
    """Cluster, services, load balancer, scaling and schedules of one environment."""

    def __init__(self, scope: Construct, environment: Environment, *, names: Names, roles: RoleSettings) -> None:
        super().__init__(scope, environment, layer=AIRFLOW, names=names, roles=roles)

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
        AirflowServices(
            self,
            environment,
            network=foundation.network,
            platform=self._platform,
            cluster=self._cluster,
            door=self._door,
            offer=self._offer,
            sleep=self._sleep,
        ).build()
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

    def _migration(self) -> OneOff:
        return OneOff(
            self,
            MIGRATE.name,
            process=MIGRATE,
            platform=self._platform,
            network=self._foundation.network,
            uses=self._offer.services(("database", "shared_secrets"), secrets=own_names_for_process(MIGRATE.name)),
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
            database_log_group=log_group(names.name),
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
