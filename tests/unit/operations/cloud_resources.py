"""Creates the AWS resources of both stacks in moto, each on the first use of its service."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
from moto import settings

from environments.facts.secrets import SPECIFICATIONS, names_for_topology
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
        self.create_resources(service)
        return super().__getitem__(service)

    def create_resources(self, service: str) -> None:
        """Create the resources of a service, unless they exist."""
        if service in self.pending:
            self.pending.pop(service)()


CLIENTS = Clients()
# Those of an Account record its changes; these create and read what AWS has, which is no change of a command.
OWN_CLIENTS: dict[str, Any] = {}


class CloudResources:
    """The resources of an environment."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.names = account.names

    def client(self, service: str) -> Any:
        CLIENTS.create_resources(service)
        if service not in OWN_CLIENTS:
            OWN_CLIENTS[service] = SESSION.client(service)
        return OWN_CLIENTS[service]

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
