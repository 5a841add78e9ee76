"""Modules of the foundation: network, stores, secrets, keys, images, logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs import Construct

from modules.constructs.aws_services import AwsServices
from modules.constructs.broker import Broker, BrokerSettings
from modules.constructs.encryption_key import EncryptionKey
from modules.constructs.flow_logs import FlowLogs
from modules.constructs.image_repository import ImageRepository
from modules.constructs.log_storage import LogStorage
from modules.constructs.metadata_database import DatabaseSettings, MetadataDatabase
from modules.constructs.network import Network
from modules.constructs.private_bucket import PrivateBucket
from modules.constructs.secrets import Secrets
from modules.export.exportable import ID, Exportable, Output
from modules.export.module_inputs import Ask
from modules.stacks.component_table import processes

CLOSED = "Security group; it is closed until you write rules."


def _settings(ask: Ask, kind: type, section: str) -> Any:
    return kind(**ask.arguments(kind, section=section))


def _network(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    network = Network(scope, ID, **ask.arguments(Network, section="network"))
    made = network.reference
    return {
        "vpc_id": Output(made.vpc_id, "Id of the VPC."),
        "public_subnet_ids": Output(made.public_subnet_ids, "Subnets of load balancers, in the order of zones."),
        "application_subnet_ids": Output(
            made.application_subnet_ids, "Subnets of Fargate tasks, in the order of zones."
        ),
        "data_subnet_ids": Output(made.data_subnet_ids, "Isolated subnets of data stores, in the order of zones."),
        "application_route_table_ids": Output(
            network.application_route_table_ids, "Route tables of the application tier, for gateway endpoints."
        ),
    }


def _metadata_database(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    password = ask.secret("database-password")
    made = MetadataDatabase(
        scope,
        ID,
        **ask.arguments(MetadataDatabase, password=password, settings=_settings(ask, DatabaseSettings, "database")),
    ).reference
    return {
        "address": Output(made.address, "DNS name of the database, port 5432."),
        "security_group_id": Output(made.connections.security_group_id, CLOSED),
    }


def _broker(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    token = ask.secret("broker-auth-token")
    made = Broker(
        scope, ID, **ask.arguments(Broker, token=token, settings=_settings(ask, BrokerSettings, "broker"))
    ).reference
    return {
        "address": Output(made.address, "DNS name of the primary, port 6379, TLS."),
        "security_group_id": Output(made.connections.security_group_id, CLOSED),
    }


def _secrets(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    secrets = Secrets(scope, ID, **ask.arguments(Secrets))
    return {
        f"{secret.name.replace('-', '_')}_arn": Output(secret.arn, f"ARN of the SecureString {secret.name}.")
        for secret in secrets.reference.secrets
    }


def _encryption_key(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    purpose = ask.text("purpose", "What the key is for.", example="Stores and logs of Airflow")
    key = EncryptionKey(scope, ID, **ask.arguments(EncryptionKey, purpose=purpose, log_groups=["*"]))
    return {"arn": Output(key.arn, "ARN of the key.")}


def _image_repository(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    images = ImageRepository(scope, ID, **ask.arguments(ImageRepository)).reference
    return {
        "url": Output(images.url, "Address to push to and pull from, without a tag."),
        "arn": Output(images.arn, "ARN of the repository."),
    }


def _private_bucket(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    given: dict[str, Any] = {
        "name": ask.text("name", "Name of the bucket, unique in the world.", example="airflow-prod-task-logs"),
        "expire_days": ask.key("logs.s3_expiration_days", name="expire_days"),
        "force_destroy": ask.key("logs.force_destroy", name="force_destroy"),
    }
    bucket = PrivateBucket(scope, ID, **ask.arguments(PrivateBucket, **given))
    return {"name": Output(bucket.name, "Name of the bucket."), "arn": Output(bucket.arn, "ARN of the bucket.")}


def _flow_logs(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    group = ask.text("log_group_name", "Log group to make.", example="/airflow/prod/flow-logs")
    FlowLogs(scope, ID, **ask.arguments(FlowLogs, log_group_name=group))
    return {}


def _aws_services(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    given: dict[str, Any] = {
        "route_table_ids": ask.several(
            "route_table_ids", "Tables that learn the way to S3.", example=["rtb-0a", "rtb-0b"]
        ),
        "private": ask.key("network.egress") == "none",
    }
    made = AwsServices(scope, ID, **ask.arguments(AwsServices, **given)).reference
    return {"s3_prefix_list_id": Output(made.s3_prefix_list_id, "Prefix list of S3, for rules of security groups.")}


def _log_storage(scope: Construct, ask: Ask) -> Mapping[str, Output]:
    given: dict[str, Any] = {"components": processes(ask.structure), "destination": "cloudwatch"}
    made = LogStorage(scope, ID, **ask.arguments(LogStorage, **given)).task_logs
    return {"task_logs_log_group_arn": Output(made.log_group_arn, "Log group of Airflow's task logs.")}


FOUNDATION = (
    Exportable(
        "network", "VPC with public, application and isolated data subnets, a route table per purpose.", _network
    ),
    Exportable(
        "metadata-database", "RDS for PostgreSQL: encrypted, TLS forced, closed until you open it.", _metadata_database
    ),
    Exportable("broker", "ElastiCache made for Celery: TLS, AUTH, never an evicted message.", _broker),
    Exportable("secrets", "Airflow's secrets as SecureStrings whose values Terraform never keeps.", _secrets),
    Exportable("encryption-key", "KMS key for data stores and log groups of one account and region.", _encryption_key),
    Exportable("image-repository", "Encrypted ECR repository with immutable tags, scanned on push.", _image_repository),
    Exportable("private-bucket", "Versioned, encrypted bucket: TLS only, closed to the public.", _private_bucket),
    Exportable("flow-logs", "VPC flow logs in an encrypted log group.", _flow_logs),
    Exportable("aws-services", "S3 gateway endpoint, and interface endpoints where there is no NAT.", _aws_services),
    Exportable("log-storage", "Encrypted log groups of every Airflow process and of task logs.", _log_storage),
)
