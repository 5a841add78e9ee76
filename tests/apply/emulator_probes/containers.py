"""Probes of patches of ECS, its scaling and its names."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.apply.emulator_probes.probe import Client, probe

TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/c/s",
    "ScalableDimension": "ecs:service:DesiredCount",
}


def make_service(aws: Client, **more: Any) -> Any:
    ecs = aws("ecs")
    ecs.create_cluster(clusterName="c")
    container = {"name": "a", "image": "a", "memory": 128}
    ecs.register_task_definition(family="a", containerDefinitions=[container])
    return ecs.create_service(cluster="c", serviceName="s", taskDefinition="a", desiredCount=1, **more)["service"]


def make_network(aws: Client) -> dict[str, list[str]]:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    group = ec2.create_security_group(GroupName="a", Description="a", VpcId=vpc)["GroupId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    return {"subnets": [subnet], "securityGroups": [group]}


def make_target(aws: Client) -> str:
    make_service(aws)
    scaling = aws("application-autoscaling")
    arn: str = scaling.register_scalable_target(**TARGET, MinCapacity=0, MaxCapacity=1, Tags={"a": "b"})[
        "ScalableTargetARN"
    ]
    return arn


@probe("applicationautoscaling.register_scalable_target", "applicationautoscaling.list_tags_for_resource")
def scalable_target_keeps_its_tags(aws: Client) -> None:
    arn = make_target(aws)
    assert aws("application-autoscaling").list_tags_for_resource(ResourceARN=arn)["Tags"] == {"a": "b"}


@probe("applicationautoscaling.tag_resource", "applicationautoscaling.untag_resource")
def scalable_target_changes_its_tags(aws: Client) -> None:
    arn, scaling = make_target(aws), aws("application-autoscaling")
    scaling.tag_resource(ResourceARN=arn, Tags={"c": "d"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"c": "d"}


@probe("ecs._calculate_task_resource_requirements")
def fargate_task_runs_without_memory_of_its_containers(aws: Client) -> None:
    ecs = aws("ecs")
    ecs.create_cluster(clusterName="c")
    container = {"name": "a", "image": "a"}
    sizes = {"cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"]}
    ecs.register_task_definition(family="a", containerDefinitions=[container], **sizes)
    network = {"awsvpcConfiguration": make_network(aws)}
    ran = ecs.run_task(cluster="c", taskDefinition="a", launchType="FARGATE", networkConfiguration=network)
    assert len(ran["tasks"]) == 1
    kept = ecs.describe_task_definition(taskDefinition="a")["taskDefinition"]["containerDefinitions"][0]
    assert "memory" not in kept


def run_fargate_task(aws: Client, **more: Any) -> str:
    ecs = aws("ecs")
    ecs.create_cluster(clusterName="c")
    sizes = {"cpu": "256", "memory": "512", "requiresCompatibilities": ["FARGATE"]}
    containers = [{"name": name, "image": "a", "memory": 128} for name in ("main", "clone")]
    ecs.register_task_definition(family="a", containerDefinitions=containers, **sizes)
    network = {"awsvpcConfiguration": make_network(aws)}
    ran = ecs.run_task(cluster="c", taskDefinition="a", launchType="FARGATE", networkConfiguration=network, **more)
    arn: str = ran["tasks"][0]["taskArn"]
    return arn


@probe("ecs.submit_task_state_change", "ecs.advance", "ecs.stop_task")
def task_has_the_state_that_its_agent_reports(aws: Client) -> None:
    arn, ecs = run_fargate_task(aws), aws("ecs")
    running = [{"containerName": name, "status": "RUNNING"} for name in ("main", "clone")]
    ecs.submit_task_state_change(cluster="c", task=arn, status="RUNNING", containers=running)
    for _ in range(6):
        (task,) = ecs.describe_tasks(cluster="c", tasks=[arn])["tasks"]
    assert (task["lastStatus"], task["desiredStatus"]) == ("RUNNING", "RUNNING")
    assert task["startedAt"]
    assert not any("exitCode" in container for container in task["containers"])
    stopping = ecs.stop_task(cluster="c", task=arn, reason="too long")["task"]
    assert (stopping["lastStatus"], stopping["desiredStatus"]) == ("RUNNING", "STOPPED")
    with pytest.raises(ClientError, match=r"InvalidParameterException.*The referenced task was not found"):
        ecs.stop_task(cluster="c", task="a" * 32)
    ended = [{"containerName": name, "exitCode": code} for name, code in (("main", 143), ("clone", 0))]
    ecs.submit_task_state_change(cluster="c", task=arn, status="STOPPED", reason="ended", containers=ended)
    (task,) = ecs.describe_tasks(cluster="c", tasks=[arn])["tasks"]
    assert (task["lastStatus"], task["stoppedReason"]) == ("STOPPED", "too long")
    assert {item["name"]: item["exitCode"] for item in task["containers"]} == {"main": 143, "clone": 0}
    assert aws("ec2").describe_network_interfaces()["NetworkInterfaces"] == []


@probe("ecs.list_clusters")
def deleted_cluster_is_not_listed(aws: Client) -> None:
    aws("ecs").create_cluster(clusterName="c")
    aws("ecs").delete_cluster(cluster="c")
    assert aws("ecs").list_clusters()["clusterArns"] == []


@probe("servicediscovery.delete_namespace")
def deleted_namespace_deletes_its_zone(aws: Client) -> None:
    vpc = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    aws("servicediscovery").create_private_dns_namespace(Name="dev.internal", Vpc=vpc)
    namespace = aws("servicediscovery").list_namespaces()["Namespaces"][0]["Id"]
    assert len(aws("route53").list_hosted_zones()["HostedZones"]) == 1
    aws("servicediscovery").delete_namespace(Id=namespace)
    assert aws("route53").list_hosted_zones()["HostedZones"] == []


@probe("ecs.create_service")
def service_keeps_strategy_and_exec(aws: Client) -> None:
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}]
    service = make_service(aws, capacityProviderStrategy=strategy, enableExecuteCommand=True)
    assert service["capacityProviderStrategy"] == strategy
    assert service["enableExecuteCommand"] is True
    assert "launchType" not in service


@probe("ecs.update_service")
def service_deploys_its_new_task_definition(aws: Client) -> None:
    make_service(aws)
    aws("ecs").register_task_definition(family="b", containerDefinitions=[{"name": "b", "image": "b", "memory": 128}])
    service = aws("ecs").update_service(cluster="c", service="s", taskDefinition="b", enableExecuteCommand=True)[
        "service"
    ]
    assert service["deployments"][0]["taskDefinition"] == service["taskDefinition"]
    assert service["enableExecuteCommand"] is True


@probe("ecs.run_task", "ecs.execute_command")
def task_with_ecs_exec_needs_a_connected_agent(aws: Client) -> None:
    arn, ecs = run_fargate_task(aws, enableExecuteCommand=True), aws("ecs")
    assert ecs.describe_tasks(cluster="c", tasks=[arn])["tasks"][0]["enableExecuteCommand"] is True
    with pytest.raises(ClientError, match="TargetNotConnectedException"):
        ecs.execute_command(cluster="c", task=arn, container="main", command="true", interactive=True)


@probe("ecs.list_tasks")
def tasks_of_one_service_are_listed(aws: Client) -> None:
    arn, ecs = run_fargate_task(aws, group="service:s"), aws("ecs")
    assert ecs.list_tasks(cluster="c", serviceName="s")["taskArns"] == [arn]
    assert ecs.list_tasks(cluster="c", serviceName="t")["taskArns"] == []


@probe("ssm.start_session")
def session_needs_a_connected_target(aws: Client) -> None:
    with pytest.raises(ClientError, match="TargetNotConnected"):
        aws("ssm").start_session(Target="ecs:c_0_1", DocumentName="AWS-StartPortForwardingSession")
