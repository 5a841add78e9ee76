"""The Celery broker on ElastiCache."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from cdktf_cdktf_provider_aws.elasticache_user import ElasticacheUser, ElasticacheUserAuthenticationMode
from cdktf_cdktf_provider_aws.elasticache_user_group import ElasticacheUserGroup
from constructs import Construct

from environments.facts.broker_users import (
    AIRFLOW_ACCESS,
    CLOSED,
    airflow_user,
    default_user,
    team_access,
    team_user,
)
from environments.facts.naming import BROKER_LOGIN_POLICY
from environments.facts.secrets import BROKER_TOKEN, SPECIFICATIONS
from modules.core.connections import Connections, security_group
from modules.core.container import Secret
from modules.core.flows import Endpoint
from modules.core.grants import RoleSettings, statement
from modules.core.network_reference import NetworkReference
from modules.core.references import OUTPUT_PREFIX
from modules.core.task import Client

PORT = 6379


@dataclass(frozen=True)
class BrokerLogin:
    """Logins to the broker with IAM tokens in place of the AUTH token.

    Args:
        cache: id of the replication group, for which a token is valid.
        account_id: AWS account of the broker.
        region: AWS region of the broker.
        team: the team whose user logs in; Airflow's own user when empty.
    """

    cache: str
    account_id: str
    region: str
    team: str = ""

    @property
    def user(self) -> str:
        """Name and id of the user, which are equal for users that log in with IAM tokens."""
        return team_user(self.cache, self.team) if self.team else airflow_user(self.cache)

    def allow(self, client: Client) -> None:
        """Give ``client`` the name of the user, and the permission to log in as this user only."""
        client.add_environment(
            AIRFLOW_BROKER_AUTHENTICATION="iam", AIRFLOW_BROKER_CACHE=self.cache, AIRFLOW_BROKER_USER=self.user
        )
        if self.team:
            client.add_environment(AIRFLOW_BROKER_TEAM=self.team)
        base = f"arn:aws:elasticache:{self.region}:{self.account_id}"
        resources = [f"{base}:replicationgroup:{self.cache}", f"{base}:user:{self.user}"]
        client.task_role.grant(BROKER_LOGIN_POLICY, statement("elasticache:Connect", on=resources))


@dataclass(frozen=True)
class BrokerReference:
    """The broker as its clients need it.

    Args:
        connections: security group of the broker.
        address: DNS name of the primary node.
        token: the SecureString that holds the AUTH token; None when clients log in with IAM tokens.
        login: how clients log in with IAM tokens; None when they log in with the AUTH token.
    """

    connections: Connections = field(metadata={OUTPUT_PREFIX: ""})
    address: str
    token: Secret | None
    login: BrokerLogin | None = field(default=None, metadata={OUTPUT_PREFIX: ""})

    def serve(self, client: Client) -> None:
        """Give ``client`` network access, the address, and the AUTH token or the permission to log in."""
        self.connections.allow_default_port_from(client.connections, why="Celery broker over TLS")
        client.add_environment(AIRFLOW_BROKER_HOST=self.address, AIRFLOW_BROKER_PORT=str(PORT))
        if self.login:
            self.login.allow(client)
        elif self.token:
            client.add_secret(SPECIFICATIONS[BROKER_TOKEN].variable, self.token)

    def of_team(self, team: str) -> BrokerReference:
        """Return the broker for the worker groups of ``team``, which log in as the user of this team."""
        return replace(self, login=replace(self.login, team=team)) if self.login else self


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
            user_group_ids=[self._user_group(teams or {}).user_group_id] if iam else None,
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

    def _user_group(self, teams: Mapping[str, Sequence[str]]) -> ElasticacheUserGroup:
        """Create the users. Brokers of both engines accept users of engine redis.

        https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
        """
        name = self._name
        default = ElasticacheUser(
            self,
            "default-user",
            user_id=default_user(name),
            user_name="default",
            engine="redis",
            access_string=CLOSED,
            # ElastiCache reports the authentication mode no-password-required as no-password: a difference for ever.
            no_password_required=True,
        )
        users = [default, self._user("airflow-user", airflow_user(name), AIRFLOW_ACCESS)]
        for team, queues in sorted(teams.items()):
            users.append(self._user(f"team-{team}-user", team_user(name, team), team_access(team, queues)))
        return ElasticacheUserGroup(
            self, "user-group", user_group_id=name, engine="redis", user_ids=[user.user_id for user in users]
        )

    def _user(self, id_: str, name: str, access: str) -> ElasticacheUser:
        return ElasticacheUser(
            self,
            id_,
            user_id=name,
            user_name=name,
            engine="redis",
            access_string=access,
            authentication_mode=ElasticacheUserAuthenticationMode(type="iam"),
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
