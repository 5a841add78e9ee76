"""Stack ``<environment>-foundation``: the resources that keep their data when Airflow is deployed or destroyed."""

from __future__ import annotations

from dataclasses import dataclass, field

from constructs import Construct

from environments.derived.teams import broker_users
from environments.facts.naming import Names
from environments.facts.secrets import BROKER_TOKEN, DATABASE_PASSWORD, names_for_topology
from environments.facts.stacks import FOUNDATION
from environments.facts.topology import uses_celery
from environments.model import Environment
from modules.constructs.aws_services import AwsServicesReference
from modules.constructs.broker import Broker, BrokerSettings
from modules.constructs.dag_releases import DagReleases, DagReleasesReference
from modules.constructs.database_proxy import DatabaseProxy
from modules.constructs.encryption_key import EncryptionKey
from modules.constructs.image_repository import ImageRepository, ImageRepositoryReference
from modules.constructs.log_storage import TaskLogsReference
from modules.constructs.metadata_database import DatabaseSettings, MetadataDatabase
from modules.constructs.secrets import Secrets, SecretsBackendReference, SecretsReference
from modules.core.broker_reference import BrokerReference
from modules.core.database_reference import MetadataDatabaseReference
from modules.core.flows import Flows
from modules.core.grants import RoleSettings
from modules.core.network_reference import NetworkReference
from modules.core.references import OUTPUT_PREFIX
from modules.stacks.environment_stack import EnvironmentStack
from modules.stacks.foundation_logs import FoundationLogs
from modules.stacks.foundation_network import FoundationNetwork
from modules.stacks.settings import settings_from


class Foundation(EnvironmentStack):
    """Network, data stores, secrets, image repository and log storage of one environment."""

    def __init__(
        self, scope: Construct, environment: Environment, *, names: Names, roles: RoleSettings, flows: Flows
    ) -> None:
        super().__init__(scope, environment, layer=FOUNDATION, names=names, roles=roles)
        self._data_key = self._key(
            "data-key", "data", "Stores and logs of Airflow", services=("cloudwatch.amazonaws.com",)
        )
        secrets_key = self._key("secrets-key", "secrets", "Secrets of Airflow in Parameter Store")
        self._foundation_network = FoundationNetwork(self, environment, names=names, flows=flows)
        self._foundation_network.add_flow_logs(key_arn=self._data_key.arn, roles=roles)
        self.network = self._foundation_network.reference
        self.secrets = Secrets(
            self,
            "secrets",
            path=names.path,
            key_arn=secrets_key.arn,
            account_id=environment.account_id,
            region=environment.region,
            names=names_for_topology(environment.topology, broker=environment.broker.authentication),
        )
        images = ImageRepository(
            self, "images", name=names.name, key_arn=self._data_key.arn, force_delete=not environment.production
        )
        logs = FoundationLogs(self, environment, names=names, key_arn=self._data_key.arn)
        self.reference = FoundationReference(
            data_key_arn=self._data_key.arn,
            secrets_key_arn=secrets_key.arn,
            network=self.network,
            aws_services=self._foundation_network.aws_services,
            secrets=self.secrets.reference,
            secrets_backend=self.secrets.backend,
            database=self._database(),
            broker=self._broker().reference if uses_celery(environment.topology) else None,
            image_repository=images.reference,
            task_logs=logs.task_logs(),
            access_logs_bucket=logs.access_logs_bucket(),
            dag_releases=self._dag_releases(),
        )

    def add_network_acls(self) -> None:
        """Create the network ACLs; call it after every flow of the environment is declared."""
        self._foundation_network.add_network_acls()

    def _key(self, id_: str, suffix: str, purpose: str, services: tuple[str, ...] = ()) -> EncryptionKey:
        patterns = (
            f"{self._names.path}/*",
            f"/aws/rds/instance/{self._names.name}/*",
            f"/aws/elasticache/{self._names.name}/*",
            f"/aws/ecs/containerinsights/{self._names.name}/*",
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

    def _database(self) -> MetadataDatabaseReference:
        section = self._environment.database
        database = MetadataDatabase(
            self,
            "database",
            name=self._names.name,
            network=self.network,
            password=self.secrets.secret(DATABASE_PASSWORD),
            key_arn=self._data_key.arn,
            roles=self._roles,
            settings=settings_from(section, DatabaseSettings, log_retention_days=self._environment.logs.retention_days),
        )
        if not section.proxy:
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

    def _dag_releases(self) -> DagReleasesReference | None:
        if self._environment.dags.delivery != "s3":
            return None
        return DagReleases(
            self,
            "dag-releases",
            name=self._names.bucket("dags"),
            key_arn=self._data_key.arn,
            force_destroy=not self._environment.production,
        ).reference

    def _broker(self) -> Broker:
        section = self._environment.broker
        return Broker(
            self,
            "broker",
            name=self._names.name,
            network=self.network,
            token=self.secrets.secret(BROKER_TOKEN) if section.authentication == "token" else None,
            key_arn=self._data_key.arn,
            settings=settings_from(section, BrokerSettings, log_retention_days=self._environment.logs.retention_days),
            clients=self._roles,
            teams=broker_users(self._environment),
        )


@dataclass(frozen=True)
class FoundationReference:
    """The resources of the foundation that the stack of Airflow uses.

    A value that is known only after apply becomes an output, named after the field; a KMS key comes first, so that its
    output has the name of the key and not that of a resource that uses it.
    """

    data_key_arn: str
    secrets_key_arn: str
    network: NetworkReference = field(metadata={OUTPUT_PREFIX: ""})
    aws_services: AwsServicesReference = field(metadata={OUTPUT_PREFIX: ""})
    secrets: SecretsReference
    secrets_backend: SecretsBackendReference
    database: MetadataDatabaseReference
    broker: BrokerReference | None
    image_repository: ImageRepositoryReference
    task_logs: TaskLogsReference
    access_logs_bucket: str | None
    dag_releases: DagReleasesReference | None
