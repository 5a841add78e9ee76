"""The metadata database on RDS for PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from constructs import Construct

from modules.core.connections import security_group
from modules.core.container import Secret
from modules.core.database_reference import DATABASE, PORT, USER, MetadataDatabaseReference, TokenLogin
from modules.core.ephemeral import parameter_value
from modules.core.flows import Endpoint
from modules.core.grants import RoleSettings
from modules.core.monitoring_role import monitoring_role
from modules.core.network_reference import NetworkReference

MONITORING_SECONDS = 60
LOG_EXPORTS = ("postgresql", "upgrade")


@dataclass(frozen=True)
class DatabaseSettings:
    """The settings of the metadata database that differ between environments.

    Args:
        engine_version: version of PostgreSQL: a major version such as ``17``, whose minor versions AWS installs, or an
            exact version such as ``17.4``, which stays until this value changes.
        instance_class: RDS instance class.
        storage_gib: storage at the start, in GiB.
        max_storage_gib: limit of storage autoscaling, in GiB.
        multi_az: keep a standby instance in another zone.
        deletion_protection: reject deletion of the instance.
        final_snapshot: take a snapshot before the instance is deleted.
        authentication: ``password``, or ``iam`` for logins with IAM tokens in place of the password.
        backup_retention_days: days for which a point in time can be restored.
        performance_insights: record load by statement, and metrics of the operating system.
        log_retention_days: retention of the logs in days, a value that CloudWatch Logs allows.
    """

    engine_version: str = "16"
    instance_class: str = "db.t4g.medium"
    storage_gib: int = 50
    max_storage_gib: int = 200
    multi_az: bool = True
    deletion_protection: bool = True
    final_snapshot: bool = True
    authentication: str = "password"
    backup_retention_days: int = 14
    performance_insights: bool = True
    log_retention_days: int = 90


class MetadataDatabase(Construct):
    """An encrypted RDS for PostgreSQL instance in the data subnets that accepts TLS connections only.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: identifier of the instance.
        network: VPC and data subnets.
        password: the SecureString that holds the master password; RDS gets it through a write-only argument.
        key_arn: KMS key of storage, backups and logs.
        roles: settings of the monitoring role.
        settings: size, availability, backups and retention.

    Example:
        >>> database = MetadataDatabase(stack, "database", name="airflow-dev", network=network, roles=roles,
        ...                             password=secret("database-password"), key_arn=key_arn,
        ...                             settings=DatabaseSettings(multi_az=False))
        >>> resource("aws_db_instance.database")["multi_az"]
        False
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        network: NetworkReference,
        password: Secret,
        key_arn: str,
        roles: RoleSettings,
        settings: DatabaseSettings,
    ) -> None:
        super().__init__(scope, id_)
        self.connections = security_group(
            self,
            name=f"{name}-database",
            endpoint=Endpoint("metadata-database", "data"),
            network=network,
            purpose="Airflow metadata database",
            default_port=PORT,
        )
        subnets = DbSubnetGroup(
            self,
            "subnets",
            name=name,
            description="Isolated data subnets",
            subnet_ids=network.data_subnet_ids,
        )
        exports = self._log_groups(name, key_arn, settings.log_retention_days)
        insights = settings.performance_insights
        tokens = settings.authentication == "iam"
        self._instance = DbInstance(
            self,
            "Resource",
            identifier=name,
            engine="postgres",
            engine_version=settings.engine_version,
            instance_class=settings.instance_class,
            db_name=DATABASE,
            username=USER,
            password_wo=parameter_value(self, "password", arn=password.arn),
            password_wo_version=1,
            iam_database_authentication_enabled=True if tokens else None,
            port=PORT,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[self.connections.security_group_id],
            parameter_group_name=self._parameters(name, settings.engine_version).name,
            allocated_storage=settings.storage_gib,
            max_allocated_storage=settings.max_storage_gib,
            storage_type="gp3",
            storage_encrypted=True,
            kms_key_id=key_arn,
            multi_az=settings.multi_az,
            publicly_accessible=False,
            backup_retention_period=settings.backup_retention_days,
            backup_window="02:00-03:00",
            maintenance_window="sun:03:30-sun:04:30",
            copy_tags_to_snapshot=True,
            delete_automated_backups=False,
            deletion_protection=settings.deletion_protection,
            skip_final_snapshot=not settings.final_snapshot,
            final_snapshot_identifier=self._final_snapshot(name) if settings.final_snapshot else None,
            # With an exact version, an upgrade by AWS would make the next plan a downgrade, which RDS rejects.
            auto_minor_version_upgrade="." not in settings.engine_version,
            allow_major_version_upgrade=True,
            # A change that waits for the maintenance window is in the next plan again, and after a change of the major
            # version Terraform would delete the old parameter group while the instance still uses it.
            apply_immediately=True,
            performance_insights_enabled=insights,
            performance_insights_kms_key_id=key_arn if insights else None,
            performance_insights_retention_period=7 if insights else None,
            monitoring_interval=MONITORING_SECONDS if insights else 0,
            monitoring_role_arn=monitoring_role(self, name, roles).arn if insights else None,
            enabled_cloudwatch_logs_exports=list(LOG_EXPORTS),
            depends_on=exports,
            tags={"Name": name},
            # RDS never changes the name of the first database of an instance: an imported instance keeps its own.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["db_name"]),
        )
        self.identifier = name
        self.reference = MetadataDatabaseReference(
            connections=self.connections,
            address=self._instance.address,
            password=password,
            tokens=TokenLogin(self._instance.resource_id, roles.account_id, roles.region) if tokens else None,
        )

    def _final_snapshot(self, name: str) -> str:
        """Return a name that no earlier instance of the same name used: each has another security group."""
        return f"{name}-final-{self.connections.security_group_id}"

    def _parameters(self, name: str, engine_version: str) -> DbParameterGroup:
        major = engine_version.split(".", maxsplit=1)[0]
        parameters = {
            "rds.force_ssl": "1",
            "log_min_duration_statement": "1000",
            "idle_in_transaction_session_timeout": "600000",
        }
        return DbParameterGroup(
            self,
            "parameters",
            name=f"{name}-postgres{major}",
            family=f"postgres{major}",
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            description="TLS forced, slow statements logged",
            parameter=[DbParameterGroupParameter(name=key, value=value) for key, value in sorted(parameters.items())],
        )

    def _log_groups(self, name: str, key_arn: str, retention_days: int) -> list[CloudwatchLogGroup]:
        """Create the log groups, because RDS would create them without retention and encryption key."""
        return [
            CloudwatchLogGroup(
                self,
                f"{export}-log-group",
                name=log_group(name, export),
                retention_in_days=retention_days,
                kms_key_id=key_arn,
            )
            for export in LOG_EXPORTS
        ]


def log_group(identifier: str, export: str = "postgresql") -> str:
    """Return the name of the log group that gets the log ``export`` of the instance ``identifier``."""
    return f"/aws/rds/instance/{identifier}/{export}"
