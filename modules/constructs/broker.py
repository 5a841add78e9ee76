"""The Celery broker on ElastiCache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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

from modules.core.broker_reference import PORT, BrokerLogin, BrokerReference
from modules.core.broker_user_group import user_group
from modules.core.connections import security_group
from modules.core.container import Secret
from modules.core.flows import Endpoint
from modules.core.grants import RoleSettings
from modules.core.network_reference import NetworkReference


@dataclass(frozen=True)
class BrokerSettings:
    """The settings of the broker that differ between environments.

    Args:
        engine: Redis OSS or Valkey.
        engine_version: major and minor version of the engine; AWS installs only its patches.
        node_type: ElastiCache node type.
        authentication: ``token`` for one AUTH token, ``iam`` for users that log in with tokens of their roles.
        replicas: read replicas; with one or more, ElastiCache fails over between zones.
        snapshot_retention_days: days for which daily snapshots are kept.
        log_retention_days: retention of the slow log in days, a value that CloudWatch Logs allows.
    """

    engine: Literal["redis", "valkey"] = "valkey"
    engine_version: str = "8.0"
    node_type: str = "cache.t4g.small"
    authentication: Literal["token", "iam"] = "token"
    replicas: int = 1
    snapshot_retention_days: int = 1
    log_retention_days: int = 90


class Broker(Construct):
    """An ElastiCache replication group for Celery: one shard, TLS, AUTH, no eviction.

    The provider has no write-only AUTH token: ``python -m operations secrets`` sets the token from Parameter Store.
    With ``authentication="iam"`` there is no AUTH token: a user group has a user of Airflow and one for each team.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: name of the replication group.
        network: VPC and data subnets.
        token: the SecureString that holds the AUTH token; None with ``authentication="iam"``.
        key_arn: KMS key of the data and of the slow log.
        settings: engine, size and retention.
        clients: account and region of the roles that log in with ``authentication="iam"``.
        teams: queues by team; each team has a user that can use only these queues.

    Example:
        >>> broker = Broker(stack, "broker", name="airflow-dev", network=network, token=secret("broker-auth-token"),
        ...                 key_arn=key_arn, settings=BrokerSettings(replicas=0))
        >>> resource("aws_elasticache_replication_group.broker")["num_cache_clusters"]
        1
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        network: NetworkReference,
        token: Secret | None,
        key_arn: str,
        settings: BrokerSettings,
        clients: RoleSettings | None = None,
        teams: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._name, self._key_arn, self._settings = name, key_arn, settings
        iam = settings.authentication == "iam"
        connections = security_group(
            self,
            name=f"{name}-broker",
            endpoint=Endpoint("broker", "data"),
            network=network,
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
            engine=settings.engine,
            engine_version=settings.engine_version,
            node_type=settings.node_type,
            port=PORT,
            num_cache_clusters=1 + settings.replicas,
            automatic_failover_enabled=settings.replicas > 0,
            multi_az_enabled=settings.replicas > 0,
            parameter_group_name=self._parameters().name,
            subnet_group_name=subnets.name,
            security_group_ids=[connections.security_group_id],
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            at_rest_encryption_enabled="true",
            kms_key_id=key_arn,
            snapshot_retention_limit=settings.snapshot_retention_days,
            snapshot_window="03:00-04:00",
            maintenance_window="sun:04:30-sun:05:30",
            # An upgrade by AWS would make the next plan a downgrade, for which the provider replaces the broker.
            auto_minor_version_upgrade="false",
            apply_immediately=True,
            log_delivery_configuration=[self._slow_log()],
            user_group_ids=[user_group(self, name, teams or {}).user_group_id] if iam else None,
            # ElastiCache exchanges the AUTH token for a user group in one call only, which provider 5.100 does not make
            # (https://github.com/hashicorp/terraform-provider-aws/issues/39546): operations/broker_auth.py makes it.
            lifecycle=TerraformResourceLifecycle(
                ignore_changes=["auth_token", "auth_token_update_strategy", "user_group_ids"]
            ),
            tags={"Name": name},
        )
        self.reference = BrokerReference(
            connections=connections,
            address=group.primary_endpoint_address,
            token=token,
            login=BrokerLogin(name, clients.account_id, clients.region) if iam and clients else None,
        )

    def _parameters(self) -> ElasticacheParameterGroup:
        """Create the parameter group: a full broker rejects messages, because an eviction would lose Airflow tasks."""
        family = f"{self._settings.engine}{self._settings.engine_version.split('.', maxsplit=1)[0]}"
        return ElasticacheParameterGroup(
            self,
            "parameters",
            name=f"{self._name}-{family}",
            family=family,
            description="Celery broker: messages are never evicted",
            parameter=[ElasticacheParameterGroupParameter(name="maxmemory-policy", value="noeviction")],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )

    def _slow_log(self) -> ElasticacheReplicationGroupLogDeliveryConfiguration:
        group = CloudwatchLogGroup(
            self,
            "log-group",
            name=f"/aws/elasticache/{self._name}/slow-log",
            retention_in_days=self._settings.log_retention_days,
            kms_key_id=self._key_arn,
        )
        return ElasticacheReplicationGroupLogDeliveryConfiguration(
            destination=group.name, destination_type="cloudwatch-logs", log_format="json", log_type="slow-log"
        )
