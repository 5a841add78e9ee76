"""The AWS resources of both stacks in moto, as far as operations use them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
from moto import settings
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ecs.models import Container

from environments import Environment
from environments.facts.secrets import SPECIFICATIONS, names_for_topology
from environments.load import from_data
from operations.account import Account

assert settings  # moto must be importable as a whole before its backends are used
PROCESSES = ("migrate", "scheduler", "api-server", "dag-processor", "triggerer", "worker-default")


SESSION = boto3.Session(region_name="eu-central-1", aws_access_key_id="moto", aws_secret_access_key="moto")


class Clients(dict[str, Any]):
    """Shared clients (creating one takes longer than a test); a service's resources are created on its first use."""

    def __init__(self) -> None:
        super().__init__()
        self.pending: dict[str, Callable[[], Any]] = {}

    def __getitem__(self, service: str) -> Any:
        if service in self.pending:
            self.pending.pop(service)()
        return super().__getitem__(service)


CLIENTS = Clients()


class Cloud:
    """The account of an environment, with methods that change what AWS would change."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.names = account.names

    @staticmethod
    def environment(**changes: Any) -> Environment:
        data = {
            "name": "dev",
            "account_id": DEFAULT_ACCOUNT_ID,
            "region": "eu-central-1",
            "production": False,
            "state": {"bucket": "state-of-dev"},
            "network": {"cidr": "10.10.0.0/16", "zones": ["eu-central-1a", "eu-central-1b"]},
            "load_balancer": {
                "deletion_protection": False,
                "certificate_arn": f"arn:aws:acm:eu-central-1:{DEFAULT_ACCOUNT_ID}:certificate/0000",
            },
            "database": {"deletion_protection": False},
        }
        return from_data({**data, **changes}, source="test")

    @staticmethod
    def account_of(environment: Environment) -> Account:
        """An account that does not wait, with shared clients."""
        return Account(environment, sleep=lambda _seconds: None, session=SESSION, _clients=CLIENTS)

    def client(self, service: str) -> Any:
        return self.account.client(service)

    def build(self) -> None:
        """Create the resources of both stacks, service by service on first use."""
        CLIENTS.pending = {
            "kms": self._key,
            "ssm": self._secrets,
            "ec2": self._network,
            "ecs": self._cluster,
            # moto rejects scaling of a service that does not exist.
            "application-autoscaling": lambda: self.client("ecs"),
            "logs": self._log_group,
            "rds": self._database,
            "elasticache": self._broker,
            "ecr": self._images,
            "s3": self._state,
        }

    def _key(self) -> None:
        key = self.client("kms").create_key()["KeyMetadata"]["KeyId"]
        self.client("kms").create_alias(AliasName=self.names.secrets_key, TargetKeyId=key)

    def _secrets(self) -> None:
        for name in names_for_topology("celery"):
            self.put(name, SPECIFICATIONS[name].generate())

    def put(self, name: str, value: str, kind: str = "SecureString") -> None:
        self.client("ssm").put_parameter(Name=self.names.parameter(name), Value=value, Type=kind, Overwrite=True)

    def read(self, name: str) -> str:
        found = self.client("ssm").get_parameter(Name=self.names.parameter(name), WithDecryption=True)
        return str(found["Parameter"]["Value"])

    def _network(self) -> None:
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        self._subnets = []
        for index, letter in enumerate("ab"):
            tags = [{"Key": "Name", "Value": f"{self.names.name}-application-{letter}"}]
            subnet = ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.10.{index}.0/24", TagSpecifications=[{"ResourceType": "subnet", "Tags": tags}]
            )
            self._subnets.append(subnet["Subnet"]["SubnetId"])
        self._groups = {
            process: ec2.create_security_group(GroupName=self.names.one_off(process), Description=process, VpcId=vpc)[
                "GroupId"
            ]
            for process in PROCESSES
        }

    @property
    def subnets(self) -> list[str]:
        """Ids of the application tier's subnets."""
        self.client("ec2")
        return self._subnets

    @property
    def groups(self) -> dict[str, str]:
        """Ids of the security groups by process."""
        self.client("ec2")
        return self._groups

    def _log_group(self) -> None:
        self.client("logs").create_log_group(logGroupName=f"{self.names.path}/migrate")

    def _state(self) -> None:
        where = {"LocationConstraint": "eu-central-1"}
        self.client("s3").create_bucket(Bucket="state-of-dev", CreateBucketConfiguration=where)

    def _images(self) -> None:
        self.client("ecr").create_repository(repositoryName=self.names.name)
        self.push_image(["arm64", "amd64"])

    def _cluster(self) -> None:
        ecs, name = self.client("ecs"), self.names.name
        ecs.create_cluster(clusterName=name)
        for process in PROCESSES:
            ecs.register_task_definition(
                family=self.names.one_off(process),
                networkMode="awsvpc",
                requiresCompatibilities=["FARGATE"],
                cpu="512",
                memory="1024",
                containerDefinitions=[{"name": process, "image": "airflow", "essential": True, "memory": 512}],
            )
            if process != "migrate":
                ecs.create_service(
                    cluster=name, serviceName=process, taskDefinition=self.names.one_off(process), desiredCount=1
                )

    def _database(self) -> None:
        self.client("rds").create_db_instance(
            DBInstanceIdentifier=self.names.name,
            Engine="postgres",
            DBInstanceClass="db.t4g.medium",
            AllocatedStorage=20,
            MasterUsername="airflow",
            MasterUserPassword=self.read("database-password"),
            StorageEncrypted=True,
            PubliclyAccessible=False,
        )

    def _broker(self) -> None:
        self.client("elasticache").create_replication_group(
            ReplicationGroupId=self.names.name,
            ReplicationGroupDescription="broker",
            Engine="valkey",
            CacheNodeType="cache.t4g.small",
            TransitEncryptionEnabled=True,
        )
        user = {"UserId": "airflow-dev-default", "UserName": "default", "AccessString": "off -@all"}
        self.client("elasticache").create_user(**user, Engine="redis", NoPasswordRequired=True)
        self.client("elasticache").create_user_group(
            UserGroupId=self.names.name, Engine="redis", UserIds=[user["UserId"]]
        )

    def push_image(self, processors: list[str]) -> None:
        digest = "sha256:" + "0" * 64
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": [
                {"digest": digest, "size": 1, "platform": {"architecture": processor, "os": "linux"}}
                for processor in processors
            ],
        }
        self.client("ecr").put_image(
            repositoryName=self.names.name,
            imageManifest=json.dumps(manifest),
            imageManifestMediaType=manifest["mediaType"],
            imageTag=self.account.environment.airflow.image_tag,
        )

    def scalable(self, service: str, least: int, most: int) -> None:
        self.client("application-autoscaling").register_scalable_target(
            ServiceNamespace="ecs",
            ResourceId=f"service/{self.names.name}/{service}",
            ScalableDimension="ecs:service:DesiredCount",
            MinCapacity=least,
            MaxCapacity=most,
        )

    def bounds(self) -> dict[str, tuple[int, int]]:
        found = self.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")
        return {
            target["ResourceId"].rsplit("/", 1)[1]: (target["MinCapacity"], target["MaxCapacity"])
            for target in found["ScalableTargets"]
        }

    def desired(self) -> dict[str, int]:
        names = [process for process in PROCESSES if process != "migrate"]
        found = self.client("ecs").describe_services(cluster=self.names.name, services=names)["services"]
        return {service["serviceName"]: service["desiredCount"] for service in found}

    def deployments(self) -> dict[str, str]:
        """Id of the deployment of each service: it changes when its Fargate tasks are replaced."""
        names = [process for process in PROCESSES if process != "migrate"]
        found = self.client("ecs").describe_services(cluster=self.names.name, services=names)["services"]
        return {service["serviceName"]: service["deployments"][0]["id"] for service in found}

    def tasks(self) -> list[dict[str, Any]]:
        """Fargate tasks that operations started, oldest first."""
        ecs, cluster = self.client("ecs"), self.names.name
        arns = [*ecs.list_tasks(cluster=cluster, startedBy="operations", desiredStatus="RUNNING")["taskArns"]]
        return list(ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]) if arns else []


def exit_codes(*codes: int) -> Any:
    """A constructor of moto's containers whose exit codes are ``codes`` in turn, then 0."""
    ordinary, left = Container.__init__, list(codes)

    def begin(self: Any, *arguments: Any) -> None:
        ordinary(self, *arguments)
        self.exitCode = left.pop(0) if left else 0

    return begin
