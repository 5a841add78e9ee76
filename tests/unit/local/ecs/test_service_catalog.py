"""The catalog reads services, DNS names, task definitions and secrets from the AWS API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.ecs.service_catalog import ServiceCatalog

REGION = "eu-central-1"


class Account:
    """The boto3 clients of an account."""

    def client(self, service: str) -> Any:
        return boto3.client(service, region_name=REGION, aws_access_key_id="t", aws_secret_access_key="t")


@pytest.fixture
def account() -> Iterator[Account]:
    with mock_aws():
        yield Account()


def test_catalog_reads_services_names_definitions_and_secrets(account: Account) -> None:
    ecs, names, ec2 = account.client("ecs"), account.client("servicediscovery"), account.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/24")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/28")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="api", Description="api", VpcId=vpc)["GroupId"]
    ecs.create_cluster(clusterName="c")
    body = {
        "name": "main",
        "image": "repository:tag",
        "memory": 512,
        "stopTimeout": 90,
        "dependsOn": [{"containerName": "clone", "condition": "SUCCESS"}],
        "secrets": [{"name": "PASSWORD", "valueFrom": "arn:aws:ssm:eu-central-1:123456789012:parameter/airflow/a"}],
    }
    arn = ecs.register_task_definition(
        family="f", containerDefinitions=[body], volumes=[{"name": "tmp"}], networkMode="awsvpc"
    )["taskDefinition"]["taskDefinitionArn"]
    operation = names.create_private_dns_namespace(Name="dev.internal", Vpc="vpc-1")["OperationId"]
    namespace = names.get_operation(OperationId=operation)["Operation"]["Targets"]["NAMESPACE"]
    registry = names.create_service(Name="api", NamespaceId=namespace)["Service"]["Arn"]
    for number in range(11):
        ecs.create_service(
            cluster="c",
            serviceName=f"s{number:02}",
            taskDefinition=arn,
            desiredCount=number,
            serviceRegistries=[{"registryArn": registry}],
            networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group]}},
        )
    catalog = ServiceCatalog(account, cluster="c")
    services = catalog.services()
    assert [service.desired for service in services] == list(range(11))
    assert services[0].names == ("api.dev.internal",)
    assert (services[0].subnets, services[0].groups) == ((subnet,), (group,))
    assert catalog.group("api") == group
    ecs.delete_service(cluster="c", service="s00", force=True)
    assert [service.name for service in catalog.services()] == [f"s{number:02}" for number in range(1, 11)]
    definition = catalog.definition(arn)
    assert definition.volumes == ("tmp",)
    (container,) = definition.containers
    assert (container.stop_timeout, container.depends_on) == (90, {"clone": "SUCCESS"})
    account.client("ssm").put_parameter(Name="/airflow/a", Value="x", Type="SecureString")
    assert catalog.secret(container.secrets["PASSWORD"]) == "x"
