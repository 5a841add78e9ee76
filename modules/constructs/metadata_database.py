"""The database that every Airflow component shares."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from constructs import Construct

from modules.core.connections import security_group
from modules.core.database_reference import DATABASE, PORT, USER, MetadataDatabaseReference
from modules.core.ephemeral import parameter_value
from modules.core.flows import Place
from modules.core.grants import Role, RoleSettings, statement
from modules.core.network_reference import NetworkReference
from modules.core.task import Secret

MONITORING_SECONDS = 60
LOG_EXPORTS = ("postgresql", "upgrade")


class MetadataDatabase(Construct):
    """RDS for PostgreSQL, encrypted, reachable by its clients only, TLS forced.

    Args:
        password: where the master password is; RDS gets it through a write-only argument.
        storage_gib: first size; RDS grows it up to ``max_storage_gib``.
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
        engine_version: str = "16.9",
        instance_class: str = "db.t4g.medium",
        storage_gib: int = 50,
        max_storage_gib: int = 200,
        multi_az: bool = True,
        deletion_protection: bool = True,
        final_snapshot: bool = True,
        backup_retention_days: int = 14,
        performance_insights: bool = True,
        log_retention_days: int = 90,
        roles: RoleSettings,
    ) -> None:
        super().__init__(scope, id_)
        self.connections = security_group(
            self,
            name=f"{name}-database",
            place=Place("metadata-database", "data"),
            vpc_id=network.vpc_id,
            flows=network.flows,
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
        exports = self._log_groups(name, key_arn, log_retention_days)
        self._instance = DbInstance(
            self,
            "Resource",
            identifier=name,
            engine="postgres",
            engine_version=engine_version,
            instance_class=instance_class,
            db_name=DATABASE,
            username=USER,
            password_wo=parameter_value(self, "password", arn=password.arn),
            password_wo_version=1,
            port=PORT,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[self.connections.security_group_id],
            parameter_group_name=self._parameters(name, engine_version).name,
            allocated_storage=storage_gib,
            max_allocated_storage=max_storage_gib,
            storage_type="gp3",
            storage_encrypted=True,
            kms_key_id=key_arn,
            multi_az=multi_az,
            publicly_accessible=False,
            backup_retention_period=backup_retention_days,
            backup_window="02:00-03:00",
            maintenance_window="sun:03:30-sun:04:30",
            copy_tags_to_snapshot=True,
            delete_automated_backups=False,
            deletion_protection=deletion_protection,
            skip_final_snapshot=not final_snapshot,
            final_snapshot_identifier=f"{name}-final" if final_snapshot else None,
            auto_minor_version_upgrade=True,
            allow_major_version_upgrade=False,
            performance_insights_enabled=performance_insights,
            performance_insights_kms_key_id=key_arn if performance_insights else None,
            performance_insights_retention_period=7 if performance_insights else None,
            monitoring_interval=MONITORING_SECONDS if performance_insights else 0,
            monitoring_role_arn=self._monitoring(name, roles).arn if performance_insights else None,
            enabled_cloudwatch_logs_exports=list(LOG_EXPORTS),
            depends_on=exports,
            lifecycle=TerraformResourceLifecycle(ignore_changes=["engine_version"]),
            tags={"Name": name},
        )
        self.identifier = name
        self.reference = MetadataDatabaseReference(
            connections=self.connections, address=self._instance.address, password=password
        )

    def _parameters(self, name: str, engine_version: str) -> DbParameterGroup:
        major = engine_version.split(".", maxsplit=1)[0]
        wanted = {
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
            parameter=[DbParameterGroupParameter(name=key, value=value) for key, value in sorted(wanted.items())],
        )

    def _monitoring(self, name: str, roles: RoleSettings) -> Role:
        """RDS' agent writes what the operating system says to the log group RDSOSMetrics, which it shares."""
        role = Role(
            self,
            "monitoring-role",
            name=f"{name}-database-monitoring",
            service="monitoring.rds.amazonaws.com",
            purpose="Enhanced monitoring of the metadata database",
            settings=roles,
        )
        group = f"arn:aws:logs:{roles.region}:{roles.account_id}:log-group:RDS*"
        role.grant(
            "write-metrics",
            statement("logs:CreateLogGroup", "logs:PutRetentionPolicy", on=[group]),
            statement(
                "logs:CreateLogStream",
                "logs:DescribeLogStreams",
                "logs:GetLogEvents",
                "logs:PutLogEvents",
                on=[f"{group}:log-stream:*"],
            ),
        )
        return role

    def _log_groups(self, name: str, key_arn: str, retention_days: int) -> list[CloudwatchLogGroup]:
        """Made here, because RDS would make them without retention and key."""
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
    """Where RDS writes a log of the instance called ``identifier``."""
    return f"/aws/rds/instance/{identifier}/{export}"
