"""Stack ``<environment>-foundation``: what outlives every deployment of Airflow."""

from __future__ import annotations

from dataclasses import dataclass

from constructs import Construct

from environments.facts.naming import Names
from environments.facts.secrets import BROKER_TOKEN, DATABASE_PASSWORD, names_for_topology
from environments.facts.stacks import FOUNDATION
from environments.facts.topology import uses_celery
from environments.model import Environment
from modules.constructs.aws_services import AwsServicesReference
from modules.constructs.broker import Broker, BrokerReference
from modules.constructs.database_proxy import DatabaseProxy
from modules.constructs.encryption_key import EncryptionKey
from modules.constructs.image_repository import ImageRepository, ImageRepositoryReference
from modules.constructs.log_storage import TaskLogsReference
from modules.constructs.metadata_database import MetadataDatabase
from modules.constructs.secrets import Secrets, SecretsBackendReference, SecretsReference
from modules.core.database_reference import MetadataDatabaseReference
from modules.core.flows import Flows
from modules.core.grants import RoleSettings
from modules.core.network_reference import NetworkReference
from modules.stacks.environment_stack import EnvironmentStack
from modules.stacks.foundation_logs import FoundationLogs
from modules.stacks.foundation_network import FoundationNetwork


class Foundation(EnvironmentStack):
    """Network, stores, secrets, image repository and log storage of one environment."""

    def __init__(
        self, scope: Construct, environment: Environment, *, names: Names, roles: RoleSettings, flows: Flows
    ) -> None:
        super().__init__(scope, environment, layer=FOUNDATION, names=names, roles=roles)
        self._data_key = self._key(
            "data-key", "data", "Stores and logs of Airflow", services=("cloudwatch.amazonaws.com",)
        )
        secrets_key = self._key("secrets-key", "secrets", "Secrets of Airflow in Parameter Store")
        self._made_network = FoundationNetwork(self, environment, names=names, flows=flows)
        self._made_network.record(key_arn=self._data_key.arn, roles=roles)
        self.network = self._made_network.reference
        self.secrets = Secrets(
            self,
            "secrets",
            path=names.path,
            key_arn=secrets_key.arn,
            account_id=environment.account_id,
            region=environment.region,
            names=names_for_topology(environment.topology),
        )
        images = ImageRepository(
            self, "images", name=names.name, key_arn=self._data_key.arn, force_delete=not environment.production
        )
        logs = FoundationLogs(self, environment, names=names, key_arn=self._data_key.arn)
        self.reference = FoundationReference(
            network=self.network,
            aws_services=self._made_network.aws_services,
            secrets=self.secrets.reference,
            secrets_backend=self.secrets.backend,
            database=self._make_database(),
            broker=self._make_broker().reference if uses_celery(environment.topology) else None,
            images=images.reference,
            task_logs=logs.task_logs(),
            data_key_arn=self._data_key.arn,
            access_logs_bucket=logs.access_logs_bucket(),
        )

    def protect(self) -> None:
        """Write the NACLs, once every flow of the environment is declared."""
        self._made_network.protect()

    def _key(self, id_: str, suffix: str, purpose: str, services: tuple[str, ...] = ()) -> EncryptionKey:
        patterns = (
            f"{self._names.path}/*",
            f"/aws/rds/instance/{self._names.name}/*",
            f"/aws/elasticache/{self._names.name}/*",
            f"aws-waf-logs-{self._names.name}",
        )
        return EncryptionKey(
            self,
            id_,
            name=f"{self._names.name}-{suffix}",
            purpose=purpose,
            account_id=self._environment.account_id,
            region=self._environment.region,
            log_groups=patterns if suffix == "data" else (),
            services=services,
        )

    def _make_database(self) -> MetadataDatabaseReference:
        wanted = self._environment.database
        database = MetadataDatabase(
            self,
            "database",
            name=self._names.name,
            network=self.network,
            password=self.secrets.secret(DATABASE_PASSWORD),
            key_arn=self._data_key.arn,
            engine_version=wanted.engine_version,
            instance_class=wanted.instance_class,
            storage_gib=wanted.storage_gib,
            max_storage_gib=wanted.max_storage_gib,
            multi_az=wanted.multi_az,
            deletion_protection=wanted.deletion_protection,
            final_snapshot=wanted.final_snapshot,
            backup_retention_days=wanted.backup_retention_days,
            performance_insights=wanted.performance_insights,
            log_retention_days=self._environment.logs.retention_days,
            roles=self._roles,
        )
        if not wanted.proxy:
            return database.reference
        return DatabaseProxy(
            self,
            "database-proxy",
            name=self._names.name,
            network=self.network,
            database=database.reference,
            identifier=database.identifier,
            key_arn=self._data_key.arn,
            roles=self._roles,
        ).reference

    def _make_broker(self) -> Broker:
        wanted = self._environment.broker
        return Broker(
            self,
            "broker",
            name=self._names.name,
            network=self.network,
            token=self.secrets.secret(BROKER_TOKEN),
            key_arn=self._data_key.arn,
            engine=wanted.engine,
            engine_version=wanted.engine_version,
            node_type=wanted.node_type,
            replicas=wanted.replicas,
            snapshot_retention_days=wanted.snapshot_retention_days,
            log_retention_days=self._environment.logs.retention_days,
        )


@dataclass(frozen=True)
class FoundationReference:
    """What the stack of Airflow needs of its foundation."""

    network: NetworkReference
    aws_services: AwsServicesReference
    secrets: SecretsReference
    secrets_backend: SecretsBackendReference
    database: MetadataDatabaseReference
    broker: BrokerReference | None
    images: ImageRepositoryReference
    task_logs: TaskLogsReference
    data_key_arn: str
    access_logs_bucket: str | None
