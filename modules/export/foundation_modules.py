"""Modules of the foundation: network, data stores, secrets, encryption key, image repository, logs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs import Construct

from environments.facts.secrets import BROKER_TOKEN, DATABASE_PASSWORD
from modules.constructs.aws_services import AwsServices
from modules.constructs.broker import Broker, BrokerSettings
from modules.constructs.dag_releases import DagReleases
from modules.constructs.encryption_key import EncryptionKey
from modules.constructs.flow_logs import FlowLogs
from modules.constructs.image_repository import ImageRepository
from modules.constructs.log_storage import LogStorage
from modules.constructs.metadata_database import DatabaseSettings, MetadataDatabase
from modules.constructs.network import Network
from modules.constructs.network_acls import NetworkAcls
from modules.constructs.secrets import Secrets
from modules.core.private_bucket import PrivateBucket
from modules.export.dag_services import declare_destinations
from modules.export.egress_rules import scope_of
from modules.export.exportable import ID, Exportable, Output
from modules.export.inputs import with_rules
from modules.export.module_inputs import ModuleInputs
from modules.export.stack_rules import cidr_rules
from modules.export.stacks import declared_flows
from modules.stacks.component_table import processes

BROKER_STEPS = """Where `authentication` is fixed to `iam`, clients log in as users of the user group, and no step
follows. Attach the user group once to a broker that has an AUTH token already:

```console
$ aws elasticache modify-replication-group --replication-group-id NAME --user-group-ids-to-add NAME \\
    --auth-token-update-strategy DELETE --apply-immediately
```

Where it is `token`: the provider has no write-only argument for the AUTH token, so this module neither sets nor changes
the token. Run these commands after the first apply: until then, the broker accepts every client that
its security group admits.

```console
$ token=$(aws ssm get-parameter --with-decryption --name PARAMETER --query Parameter.Value --output text)
$ aws elasticache modify-replication-group --replication-group-id NAME --auth-token "$token" \\
    --auth-token-update-strategy ROTATE --apply-immediately
$ aws elasticache wait replication-group-available --replication-group-id NAME
$ aws elasticache modify-replication-group --replication-group-id NAME --auth-token "$token" \\
    --auth-token-update-strategy SET --apply-immediately
```
`ROTATE` accepts clients with and without the token, `SET` those with the token only."""
CLOSED = "Id of the security group. It has no rules: add one for each client."


def _network(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    network = Network(scope, ID, **inputs.arguments(Network, section="network"))
    made = network.reference
    inputs.key("load_balancer.allowed_cidrs")
    inputs.variables["cidr"] = with_rules(inputs.variables["cidr"], *cidr_rules("cidr"))
    declare_destinations(inputs, scope=scope_of(inputs.structure, vpc="cidr"))
    NetworkAcls(
        scope,
        "network-acls",
        **inputs.arguments(
            NetworkAcls,
            network=made,
            flows=declared_flows(inputs.structure),
            through_nat=inputs.key("network.egress") != "none",
        ),
    )
    return {
        "vpc_id": Output(made.vpc_id, "Id of the VPC."),
        "public_subnet_ids": Output(
            made.public_subnet_ids, "Ids of the public subnets, for load balancers, in the order of the zones."
        ),
        "application_subnet_ids": Output(
            made.application_subnet_ids, "Ids of the application subnets, for Fargate tasks, in the order of the zones."
        ),
        "data_subnet_ids": Output(made.data_subnet_ids, "Ids of the isolated data subnets, in the order of the zones."),
        "application_route_table_ids": Output(
            network.application_route_table_ids, "Ids of the application tier's route tables, for gateway endpoints."
        ),
    }


def _metadata_database(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    password = inputs.secret(DATABASE_PASSWORD)
    made = MetadataDatabase(
        scope,
        ID,
        **inputs.arguments(MetadataDatabase, password=password, settings=inputs.settings(DatabaseSettings, "database")),
    ).reference
    return {
        "address": Output(made.address, "DNS name of the database, port 5432."),
        "security_group_id": Output(made.connections.security_group_id, CLOSED),
    }


def _broker(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    token = inputs.secret(BROKER_TOKEN) if inputs.structure.broker.authentication == "token" else None
    made = Broker(
        scope, ID, **inputs.arguments(Broker, token=token, settings=inputs.settings(BrokerSettings, "broker"))
    ).reference
    return {
        "address": Output(made.address, "DNS name of the primary node, port 6379, TLS."),
        "security_group_id": Output(made.connections.security_group_id, CLOSED),
    }


def _secrets(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    secrets = Secrets(scope, ID, **inputs.arguments(Secrets))
    return {
        f"{secret.name.replace('-', '_')}_arn": Output(secret.arn, f"ARN of the SecureString {secret.name}.")
        for secret in secrets.reference.secrets
    }


def _encryption_key(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    purpose = inputs.text("purpose", "Description of the key.", example="Stores and logs of Airflow")
    key = EncryptionKey(scope, ID, **inputs.arguments(EncryptionKey, purpose=purpose, log_groups=["*"]))
    return {"arn": Output(key.arn, "ARN of the key.")}


def _image_repository(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    images = ImageRepository(scope, ID, **inputs.arguments(ImageRepository)).reference
    return {
        "url": Output(images.url, "Repository URL without a tag."),
        "arn": Output(images.arn, "ARN of the repository."),
    }


def _private_bucket(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    given: dict[str, Any] = {
        "name": inputs.text("name", "Name of the bucket, globally unique.", example="airflow-example-task-logs"),
        "expire_days": inputs.key("logs.s3_expiration_days", name="expire_days"),
        "force_destroy": inputs.key("logs.force_destroy", name="force_destroy"),
    }
    bucket = PrivateBucket(scope, ID, **inputs.arguments(PrivateBucket, **given))
    return {"name": Output(bucket.name, "Name of the bucket."), "arn": Output(bucket.arn, "ARN of the bucket.")}


def _dag_releases(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    given: dict[str, Any] = {
        "name": inputs.text("name", "Name of the bucket, globally unique.", example="airflow-example-dags"),
        "force_destroy": inputs.key("logs.force_destroy", name="force_destroy"),
    }
    made = DagReleases(scope, ID, **inputs.arguments(DagReleases, **given)).reference
    return {
        "name": Output(made.bucket_name, "Name of the bucket."),
        "arn": Output(made.bucket_arn, "ARN of the bucket."),
    }


def _flow_logs(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    group = inputs.text("log_group_name", "Name of the log group.", example="/airflow/example/flow-logs")
    FlowLogs(scope, ID, **inputs.arguments(FlowLogs, log_group_name=group))
    return {}


def _aws_services(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    given: dict[str, Any] = {
        "route_table_ids": inputs.texts(
            "route_table_ids", "Route tables of the S3 gateway endpoint.", example=["rtb-0a", "rtb-0b"]
        ),
        "private": inputs.key("network.egress") == "none",
    }
    made = AwsServices(scope, ID, **inputs.arguments(AwsServices, **given)).reference
    return {"s3_prefix_list_id": Output(made.s3_prefix_list_id, "Id of the S3 prefix list, for security group rules.")}


def _log_storage(scope: Construct, inputs: ModuleInputs) -> Mapping[str, Output]:
    given: dict[str, Any] = {"components": processes(inputs.structure), "destination": "cloudwatch"}
    made = LogStorage(scope, ID, **inputs.arguments(LogStorage, **given)).task_logs
    return {"task_logs_log_group_arn": Output(made.log_group_arn, "ARN of the log group of Airflow's task logs.")}


FOUNDATION = (
    Exportable(
        "network",
        "VPC with public, application and isolated data subnets, with route tables and network ACLs for each tier.",
        _network,
    ),
    Exportable(
        "metadata-database",
        "RDS for PostgreSQL: encrypted, TLS required, without security group rules.",
        _metadata_database,
    ),
    Exportable(
        "broker",
        "ElastiCache as Celery broker: TLS, no eviction of messages, AUTH after a manual step, or IAM users.",
        _broker,
        steps=BROKER_STEPS,
    ),
    Exportable("secrets", "Airflow's secrets as SecureStrings. Their values are in no plan and no state.", _secrets),
    Exportable("encryption-key", "KMS key for data stores and log groups of one account and region.", _encryption_key),
    Exportable(
        "image-repository", "Encrypted ECR repository with immutable tags and scans on push.", _image_repository
    ),
    Exportable("private-bucket", "Versioned, encrypted S3 bucket: TLS only, public access blocked.", _private_bucket),
    Exportable("dag-releases", "Bucket for versioned releases of DAG files, which do not expire.", _dag_releases),
    Exportable("flow-logs", "VPC flow logs in an encrypted log group.", _flow_logs),
    Exportable(
        "aws-services", "S3 gateway endpoint; interface endpoints when the egress mode is `none`.", _aws_services
    ),
    Exportable("log-storage", "Encrypted log groups of every Airflow component and of task logs.", _log_storage),
)
