"""RDS Proxy for the metadata database."""

from __future__ import annotations

from dataclasses import replace

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.db_proxy import DbProxy, DbProxyAuth
from cdktf_cdktf_provider_aws.db_proxy_default_target_group import (
    DbProxyDefaultTargetGroup,
    DbProxyDefaultTargetGroupConnectionPoolConfig,
)
from cdktf_cdktf_provider_aws.db_proxy_target import DbProxyTarget
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from modules.core.connections import security_group
from modules.core.database_reference import PORT, USER, MetadataDatabaseReference
from modules.core.ephemeral import parameter_value
from modules.core.flows import Endpoint
from modules.core.grants import Role, RoleSettings, statement
from modules.core.network_reference import NetworkReference


class DatabaseProxy(Construct):
    """RDS Proxy for the metadata database; its ``reference`` replaces that of the database.

    RDS Proxy reads credentials from Secrets Manager only: a write-only argument copies the password from Parameter
    Store to Secrets Manager.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: name of the proxy.
        network: VPC and data subnets.
        database: the metadata database.
        identifier: identifier of the database instance.
        key_arn: KMS key of the credentials.
        roles: settings of the proxy's IAM role.

    Raises:
        ValueError: the security group of ``database`` has no default port.

    Example:
        >>> database = MetadataDatabaseReference(
        ...     connections=connections("metadata-database", port=5432), address="db.example.internal",
        ...     password=secret("database-password"),
        ... )
        >>> proxy = DatabaseProxy(stack, "database-proxy", name="airflow-prod", network=network, database=database,
        ...                       identifier="airflow-prod", key_arn=key_arn, roles=roles)
        >>> resource("aws_db_proxy.database_proxy")["require_tls"]
        True
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        network: NetworkReference,
        database: MetadataDatabaseReference,
        identifier: str,
        key_arn: str,
        roles: RoleSettings,
    ) -> None:
        super().__init__(scope, id_)
        connections = security_group(
            self,
            name=f"{name}-database-proxy",
            endpoint=Endpoint("database-proxy", "data"),
            network=network,
            purpose="RDS Proxy of the metadata database",
            default_port=PORT,
        )
        database.connections.allow_default_port_from(connections, why="pooled connections")
        secret = self._credentials(name, database, key_arn)
        proxy = DbProxy(
            self,
            "Resource",
            name=name,
            engine_family="POSTGRESQL",
            require_tls=True,
            role_arn=self._role(name, secret, key_arn, roles).arn,
            vpc_subnet_ids=network.data_subnet_ids,
            vpc_security_group_ids=[connections.security_group_id],
            auth=[DbProxyAuth(auth_scheme="SECRETS", iam_auth="DISABLED", secret_arn=secret)],
            # RDS cannot change the subnets of a proxy: with a new zone, Terraform would replace the proxy.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["vpc_subnet_ids"]),
        )
        group = DbProxyDefaultTargetGroup(
            self,
            "targets",
            db_proxy_name=proxy.name,
            connection_pool_config=DbProxyDefaultTargetGroupConnectionPoolConfig(max_connections_percent=90),
        )
        DbProxyTarget(
            self,
            "target",
            db_proxy_name=proxy.name,
            target_group_name=group.name,
            db_instance_identifier=identifier,
        )
        self.reference = replace(database, connections=connections, address=proxy.endpoint)

    def _credentials(self, name: str, database: MetadataDatabaseReference, key_arn: str) -> str:
        # Deleted at once, because it is a copy: a recovery window would block the name for the next environment.
        secret = SecretsmanagerSecret(
            self, "credentials", name=f"{name}-database-proxy", kms_key_id=key_arn, recovery_window_in_days=0
        )
        password = parameter_value(self, "password", arn=database.password.arn)
        SecretsmanagerSecretVersion(
            self,
            "credentials-version",
            secret_id=secret.id,
            secret_string_wo=f'${{jsonencode({{ username = "{USER}", password = {password[2:-1]} }})}}',
            secret_string_wo_version=1,
        )
        return str(secret.arn)

    def _role(self, name: str, secret_arn: str, key_arn: str, roles: RoleSettings) -> Role:
        role = Role(
            self,
            "role",
            name=f"{name}-database-proxy",
            service="rds.amazonaws.com",
            purpose="RDS Proxy reads its credentials",
            settings=roles,
        )
        role.grant(
            "read-credentials",
            statement("secretsmanager:GetSecretValue", on=[secret_arn]),
            statement(
                "kms:Decrypt",
                on=[key_arn],
                conditions={"StringEquals": {"kms:ViaService": f"secretsmanager.{roles.region}.amazonaws.com"}},
            ),
        )
        return role
