"""The Celery broker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.elasticache_parameter_group import (
    ElasticacheParameterGroup,
    ElasticacheParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.elasticache_replication_group import (
    ElasticacheReplicationGroup,
    ElasticacheReplicationGroupLogDeliveryConfiguration,
)
from cdktf_cdktf_provider_aws.elasticache_subnet_group import ElasticacheSubnetGroup
from constructs import Construct

from environments.facts.secrets import BROKER_TOKEN, SPECIFICATIONS
from modules.core.connections import Connections, security_group
from modules.core.flows import Place
from modules.core.network_reference import NetworkReference
from modules.core.task import Client, Secret

PORT = 6379


@dataclass(frozen=True)
class BrokerReference:
    """The broker as its clients see it."""

    connections: Connections
    address: str
    token: Secret

    def serve(self, client: Client) -> None:
        """Give ``client`` the way in, the address and the AUTH token."""
        self.connections.allow_default_port_from(client.connections, why="Celery broker over TLS")
        client.add_environment(AIRFLOW_BROKER_HOST=self.address, AIRFLOW_BROKER_PORT=str(PORT))
        client.add_secret(SPECIFICATIONS[BROKER_TOKEN].variable, self.token)


class Broker(Construct):
    """ElastiCache made for Celery: one shard, TLS and AUTH, and never an evicted message.

    The provider has no write-only AUTH token, so ``python -m operations secrets`` sets it from Parameter Store.

    Args:
        replicas: read replicas that take over when the primary fails; zero means no failover.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        network: NetworkReference,
        token: Secret,
        key_arn: str,
        engine: Literal["redis", "valkey"] = "valkey",
        engine_version: str = "8.0",
        node_type: str = "cache.t4g.small",
        replicas: int = 1,
        snapshot_retention_days: int = 1,
        log_retention_days: int = 90,
    ) -> None:
        super().__init__(scope, id_)
        connections = security_group(
            self,
            name=f"{name}-broker",
            place=Place("broker", "data"),
            vpc_id=network.vpc_id,
            flows=network.flows,
            purpose="Celery broker",
            default_port=PORT,
        )
        subnets = ElasticacheSubnetGroup(
            self, "subnets", name=name, description="Isolated data subnets", subnet_ids=network.data_subnet_ids
        )
        group = ElasticacheReplicationGroup(
            self,
            "Resource",
            replication_group_id=name,
            description="Celery broker of Airflow",
            engine=engine,
            engine_version=engine_version,
            node_type=node_type,
            port=PORT,
            num_cache_clusters=1 + replicas,
            automatic_failover_enabled=replicas > 0,
            multi_az_enabled=replicas > 0,
            parameter_group_name=self._parameters(name, engine, engine_version).name,
            subnet_group_name=subnets.name,
            security_group_ids=[connections.security_group_id],
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            at_rest_encryption_enabled="true",
            kms_key_id=key_arn,
            snapshot_retention_limit=snapshot_retention_days,
            snapshot_window="03:00-04:00",
            maintenance_window="sun:04:30-sun:05:30",
            auto_minor_version_upgrade="true",
            apply_immediately=True,
            log_delivery_configuration=[self._slow_log(name, key_arn, log_retention_days)],
            lifecycle=TerraformResourceLifecycle(
                ignore_changes=["auth_token", "auth_token_update_strategy", "engine_version"]
            ),
            tags={"Name": name},
        )
        self.reference = BrokerReference(connections=connections, address=group.primary_endpoint_address, token=token)

    def _parameters(self, name: str, engine: str, version: str) -> ElasticacheParameterGroup:
        """Celery keeps messages in memory: an eviction would lose Airflow tasks, so a full broker refuses instead."""
        family = f"{engine}{version.split('.', maxsplit=1)[0]}"
        return ElasticacheParameterGroup(
            self,
            "parameters",
            name=f"{name}-{family}",
            family=family,
            description="Celery broker: messages are never evicted",
            parameter=[ElasticacheParameterGroupParameter(name="maxmemory-policy", value="noeviction")],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )

    def _slow_log(
        self, name: str, key_arn: str, retention_days: int
    ) -> ElasticacheReplicationGroupLogDeliveryConfiguration:
        group = CloudwatchLogGroup(
            self,
            "log-group",
            name=f"/aws/elasticache/{name}/slow-log",
            retention_in_days=retention_days,
            kms_key_id=key_arn,
        )
        return ElasticacheReplicationGroupLogDeliveryConfiguration(
            destination=group.name, destination_type="cloudwatch-logs", log_format="json", log_type="slow-log"
        )
