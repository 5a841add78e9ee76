"""Each patch of the emulator: moto gives the right response with the patch, and a wrong one without it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from moto import mock_aws
from terraform_harness.emulator.patches import PATCHES
from terraform_harness.emulator.seed import self_signed_certificate

pytestmark = pytest.mark.filterwarnings("ignore:Exception.NotEmulated:UserWarning")
Client = Callable[[str], Any]
Probe = Callable[[Client], None]
REGION = "eu-central-1"
ACCOUNT = "123456789012"
TARGET = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/c/s",
    "ScalableDimension": "ecs:service:DesiredCount",
}
PROBES: dict[str, Probe] = {}


def probe(*patches: str) -> Callable[[Probe], Probe]:
    def register(function: Probe) -> Probe:
        PROBES.update(dict.fromkeys(patches, function))
        return function

    return register


def make_service(aws: Client, **more: Any) -> Any:
    ecs = aws("ecs")
    ecs.create_cluster(clusterName="c")
    container = {"name": "a", "image": "a", "memory": 128}
    ecs.register_task_definition(family="a", containerDefinitions=[container])
    return ecs.create_service(cluster="c", serviceName="s", taskDefinition="a", desiredCount=1, **more)["service"]


def make_target(aws: Client) -> str:
    make_service(aws)
    scaling = aws("application-autoscaling")
    arn: str = scaling.register_scalable_target(**TARGET, MinCapacity=0, MaxCapacity=1, Tags={"a": "b"})[
        "ScalableTargetARN"
    ]
    return arn


@probe("acm.import_certificate")
def certificate_is_kept_under_the_given_arn(aws: Client) -> None:
    arn = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/00000000-0000-4000-8000-000000000000"
    certificate, key = self_signed_certificate()
    aws("acm").import_certificate(CertificateArn=arn, Certificate=certificate, PrivateKey=key)
    assert aws("acm").describe_certificate(CertificateArn=arn)["Certificate"]["CertificateArn"] == arn


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


@probe("budgets.create_budget", "budgets.list_tags_for_resource", "budgets.describe_subscribers_for_notification")
def budget_keeps_tags_and_subscribers(aws: Client) -> None:
    budgets = aws("budgets")
    notification = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
    subscribers = [{"SubscriptionType": "EMAIL", "Address": "ops@example.com"}]
    limit = {"Amount": "1", "Unit": "USD"}
    budgets.create_budget(
        AccountId=ACCOUNT,
        Budget={"BudgetName": "b", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit},
        NotificationsWithSubscribers=[{"Notification": notification, "Subscribers": subscribers}],
        ResourceTags=[{"Key": "a", "Value": "b"}],
    )
    about = {"AccountId": ACCOUNT, "BudgetName": "b", "Notification": notification}
    assert budgets.describe_subscribers_for_notification(**about)["Subscribers"] == subscribers
    tags = budgets.list_tags_for_resource(ResourceARN=f"arn:aws:budgets::{ACCOUNT}:budget/b")["ResourceTags"]
    assert tags == [{"Key": "a", "Value": "b"}]


@probe("core.call_action")
def unknown_action_is_rejected(aws: Client) -> None:
    with pytest.raises(ClientError, match="NotEmulated"):
        aws("elasticache").describe_update_actions()


@probe("ec2.__init__", "ec2.description")
def rules_keep_their_descriptions(aws: Client) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="a", Description="a", VpcId=vpc)["GroupId"]
    lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
    tcp = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    permissions = [
        tcp | {"UserIdGroupPairs": [{"GroupId": group, "Description": "by group"}]},
        tcp | {"PrefixListIds": [{"PrefixListId": lists[0]["PrefixListId"], "Description": "by list"}]},
    ]
    for permission in permissions:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    filters = [{"Name": "group-id", "Values": [group]}]
    rules = ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    assert {rule.get("Description") for rule in rules if not rule["IsEgress"]} == {"by group", "by list"}


@probe("ec2._verify_group_will_respect_rule_count_limit")
def rules_of_each_ip_version_are_counted_by_the_validation(aws: Client) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="a", Description="a", VpcId=vpc)["GroupId"]
    tcp = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    ranges = [{"CidrIp": f"10.0.{number}.0/24"} for number in range(60)]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp | {"IpRanges": ranges}])
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp | {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}])


@probe("ec2.modify")
def route_tables_that_a_gateway_endpoint_gets_later_have_its_route(aws: Client) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    old, new = (ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(2))
    service = f"com.amazonaws.{REGION}.s3"
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service, RouteTableIds=[old])["VpcEndpoint"][
        "VpcEndpointId"
    ]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[new], RemoveRouteTableIds=[old])
    tables = ec2.describe_route_tables(RouteTableIds=[old, new])["RouteTables"]
    routed = {
        table["RouteTableId"] for table in tables for route in table["Routes"] if route.get("GatewayId") == endpoint
    }
    assert routed == {new}
    ec2.delete_route_table(RouteTableId=new)
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[old], RemoveRouteTableIds=[new])


def make_network(aws: Client) -> dict[str, list[str]]:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    group = ec2.create_security_group(GroupName="a", Description="a", VpcId=vpc)["GroupId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    return {"subnets": [subnet], "securityGroups": [group]}


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


@probe("ec2.delete_vpc", "ec2.delete_nat_gateway")
def deleted_network_is_gone(aws: Client) -> None:
    ec2 = aws("ec2")
    before = len(ec2.describe_network_acls()["NetworkAcls"])
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert len(ec2.describe_network_acls()["NetworkAcls"]) == before


@probe("ecs.list_clusters")
def deleted_cluster_is_not_listed(aws: Client) -> None:
    aws("ecs").create_cluster(clusterName="c")
    aws("ecs").delete_cluster(cluster="c")
    assert aws("ecs").list_clusters()["clusterArns"] == []


@probe("iam.attach_role_policy")
def policy_that_aws_manages_is_attached(aws: Client) -> None:
    iam = aws("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))
    iam.attach_role_policy(RoleName="r", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    (attached,) = iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"]
    assert attached["PolicyName"] == "ReadOnlyAccess"


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


def make_group(aws: Client) -> Any:
    return aws("elasticache").create_replication_group(
        ReplicationGroupId="r",
        ReplicationGroupDescription="r",
        NumCacheClusters=2,
        TransitEncryptionEnabled=True,
        TransitEncryptionMode="required",
    )["ReplicationGroup"]


@probe("elasticache.create_replication_group", "elasticache.describe_cache_clusters")
def replication_group_has_its_members(aws: Client) -> None:
    assert make_group(aws)["MemberClusters"] == ["r-001", "r-002"]
    member = aws("elasticache").describe_cache_clusters(CacheClusterId="r-002")["CacheClusters"][0]
    assert member["TransitEncryptionMode"] == "required"


@probe("elasticache.delete_replication_group")
def deleted_replication_group_is_gone(aws: Client) -> None:
    make_group(aws)
    aws("elasticache").delete_replication_group(ReplicationGroupId="r")
    assert aws("elasticache").describe_replication_groups()["ReplicationGroups"] == []


def three_subnets(aws: Client) -> list[str]:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"eu-central-1{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("abc")
    ]


@probe("elasticache.modify_cache_subnet_group")
def cache_subnet_group_gets_another_subnet(aws: Client) -> None:
    ids, name = three_subnets(aws), {"CacheSubnetGroupName": "g"}
    cache = aws("elasticache")
    cache.create_cache_subnet_group(**name, CacheSubnetGroupDescription="g", SubnetIds=ids[:2])
    cache.modify_cache_subnet_group(**name, SubnetIds=ids)
    (group,) = cache.describe_cache_subnet_groups(**name)["CacheSubnetGroups"]
    assert {subnet["SubnetIdentifier"] for subnet in group["Subnets"]} == set(ids)


@probe("rds.modify_db_subnet_group")
def database_subnet_group_gets_another_subnet(aws: Client) -> None:
    ids, name, rds = three_subnets(aws), {"DBSubnetGroupName": "g"}, aws("rds")
    rds.create_db_subnet_group(**name, DBSubnetGroupDescription="g", SubnetIds=ids[:2])
    rds.modify_db_subnet_group(**name, SubnetIds=ids)
    (group,) = rds.describe_db_subnet_groups(**name)["DBSubnetGroups"]
    assert {subnet["SubnetIdentifier"] for subnet in group["Subnets"]} == set(ids)


@probe("elasticache.modify_replication_group")
def replication_group_stores_its_token(aws: Client) -> None:
    make_group(aws)
    token = {"AuthToken": "t" * 16, "AuthTokenUpdateStrategy": "SET"}
    aws("elasticache").modify_replication_group(ReplicationGroupId="r", **token, ApplyImmediately=True)
    assert aws("elasticache").describe_replication_groups()["ReplicationGroups"][0]["AuthTokenEnabled"]


@probe(
    "elasticache.create_cache_parameter_group",
    "elasticache.describe_cache_parameter_groups",
    "elasticache.modify_cache_parameter_group",
    "elasticache.reset_cache_parameter_group",
    "elasticache.describe_cache_parameters",
    "elasticache.delete_cache_parameter_group",
)
def parameter_group_is_created_and_deleted(aws: Client) -> None:
    cache, name = aws("elasticache"), {"CacheParameterGroupName": "p"}
    eviction = {"ParameterName": "maxmemory-policy", "ParameterValue": "noeviction"}
    timeout = {"ParameterName": "timeout", "ParameterValue": "0"}
    made = cache.create_cache_parameter_group(**name, CacheParameterGroupFamily="redis7", Description="p")
    cache.modify_cache_parameter_group(**name, ParameterNameValues=[eviction, timeout])
    cache.reset_cache_parameter_group(**name, ParameterNameValues=[timeout])
    assert cache.describe_cache_parameters(**name)["Parameters"] == [eviction | {"Source": "user"}]
    assert cache.list_tags_for_resource(ResourceName=made["CacheParameterGroup"]["ARN"])["TagList"] == []
    assert len(cache.describe_cache_parameter_groups(**name)["CacheParameterGroups"]) == 1
    cache.delete_cache_parameter_group(**name)
    with pytest.raises(ClientError, match="CacheParameterGroup p not found"):
        cache.describe_cache_parameter_groups(**name)


@probe("elasticache.delete_cache_subnet_group")
def cache_subnet_group_can_be_deleted(aws: Client) -> None:
    vpc = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = aws("ec2").create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    name = {"CacheSubnetGroupName": "g"}
    aws("elasticache").create_cache_subnet_group(**name, CacheSubnetGroupDescription="g", SubnetIds=[subnet])
    aws("elasticache").delete_cache_subnet_group(**name)
    assert aws("elasticache").describe_cache_subnet_groups()["CacheSubnetGroups"] == []


@probe("logs.put_query_definition", "logs.describe_query_definitions", "logs.delete_query_definition")
def saved_query_is_created_and_deleted(aws: Client) -> None:
    logs = aws("logs")
    key = logs.put_query_definition(name="a/b", queryString="fields @message")["queryDefinitionId"]
    assert [
        query["name"] for query in logs.describe_query_definitions(queryDefinitionNamePrefix="a")["queryDefinitions"]
    ] == ["a/b"]
    assert logs.delete_query_definition(queryDefinitionId=key)["success"] is True
    assert logs.describe_query_definitions()["queryDefinitions"] == []


@probe("logs.put_log_events")
def embedded_metric_of_a_log_event_is_a_datapoint(aws: Client) -> None:
    logs, now = aws("logs"), datetime.now(UTC)
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    directive = {"Namespace": "N", "Dimensions": [["Component"]], "Metrics": [{"Name": "errors", "Unit": "Count"}]}
    embedded = {"_aws": {"Timestamp": int(now.timestamp() * 1000), "CloudWatchMetrics": [directive]}}
    messages = ["plain", '{"_aws": {"CloudWatchMetrics": 1}}', json.dumps(embedded | {"Component": "c", "errors": 3})]
    events = [{"timestamp": int(now.timestamp() * 1000), "message": message} for message in messages]
    logs.put_log_events(logGroupName="g", logStreamName="s", logEvents=events)
    found = aws("cloudwatch").get_metric_statistics(
        Namespace="N",
        MetricName="errors",
        Dimensions=[{"Name": "Component", "Value": "c"}],
        StartTime=now - timedelta(minutes=1),
        EndTime=now + timedelta(minutes=1),
        Period=60,
        Statistics=["Maximum"],
    )
    assert [point["Maximum"] for point in found["Datapoints"]] == [3]


@probe("rds.create_db_instance", "rds.modify_db_instance")
def database_keeps_performance_insights(aws: Client) -> None:
    aws("rds").create_db_instance(
        DBInstanceIdentifier="d",
        Engine="postgres",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="a",
        MasterUserPassword="passwords",
        EnablePerformanceInsights=True,
        PerformanceInsightsKMSKeyId="alias/k",
    )
    found = aws("rds").describe_db_instances(DBInstanceIdentifier="d")["DBInstances"][0]
    assert (found["PerformanceInsightsEnabled"], found["PerformanceInsightsRetentionPeriod"]) == (True, 7)
    aws("rds").modify_db_instance(DBInstanceIdentifier="d", EnablePerformanceInsights=False)
    assert not aws("rds").describe_db_instances(DBInstanceIdentifier="d")["DBInstances"][0][
        "PerformanceInsightsEnabled"
    ]


@probe("rds.update_parameters")
def parameter_has_a_source(aws: Client) -> None:
    name = {"DBParameterGroupName": "p"}
    aws("rds").create_db_parameter_group(**name, DBParameterGroupFamily="postgres16", Description="p")
    parameter = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}
    aws("rds").modify_db_parameter_group(**name, Parameters=[parameter])
    assert aws("rds").describe_db_parameters(**name)["Parameters"][0]["Source"] == "user"


def make_database(aws: Client, name: str = "d", *, gib: int = 20) -> Any:
    size = {"DBInstanceClass": "db.t4g.medium", "AllocatedStorage": gib, "BackupRetentionPeriod": 7}
    user = {"MasterUsername": "a", "MasterUserPassword": "passwords"}
    return aws("rds").create_db_instance(DBInstanceIdentifier=name, Engine="postgres", **size, **user)["DBInstance"]


@probe("rds.describe_db_instance_automated_backups")
def automated_backup_has_the_times_that_can_be_restored(aws: Client) -> None:
    made = make_database(aws)
    (found,) = aws("rds").describe_db_instance_automated_backups(DBInstanceIdentifier="d")["DBInstanceAutomatedBackups"]
    assert found["DbiResourceId"] == made["DbiResourceId"]
    assert found["RestoreWindow"]["EarliestTime"] <= found["RestoreWindow"]["LatestTime"]


@probe("rds.restore_db_instance_to_point_in_time")
def database_is_restored_by_its_resource_id(aws: Client) -> None:
    make_database(aws, "another")
    source = {"SourceDbiResourceId": make_database(aws, gib=30)["DbiResourceId"], "UseLatestRestorableTime": True}
    restored = aws("rds").restore_db_instance_to_point_in_time(**source, TargetDBInstanceIdentifier="n")["DBInstance"]
    assert (restored["DBInstanceIdentifier"], restored["AllocatedStorage"]) == ("n", 30)
    assert "ReadReplicaSourceDBInstanceIdentifier" not in restored


@probe("rds.save_automated_backup")
def database_is_restored_again_in_the_same_minute(aws: Client) -> None:
    make_database(aws)
    for name in ("first", "second", "third"):
        aws("rds").restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier="d", TargetDBInstanceIdentifier="n", UseLatestRestorableTime=True
        )
        aws("rds").modify_db_instance(DBInstanceIdentifier="n", NewDBInstanceIdentifier=name, ApplyImmediately=True)


@probe("elbv2.describe_rules")
def client_secret_of_a_listener_rule_is_not_returned(aws: Client) -> None:
    balancing, ec2 = aws("elbv2"), aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24")["Subnet"]["SubnetId"] for n in range(2)]
    balancer = balancing.create_load_balancer(Name="b", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}
    listener = balancing.create_listener(LoadBalancerArn=balancer, Port=80, Protocol="HTTP", DefaultActions=[answer])[
        "Listeners"
    ][0]["ListenerArn"]
    endpoints = dict.fromkeys(("AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint"), "https://login.example")
    client = {"Issuer": "https://login.example", "ClientId": "airflow", "ClientSecret": "secret", **endpoints}
    action = {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": client}
    condition = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}
    balancing.create_rule(
        ListenerArn=listener, Priority=1, Conditions=[condition], Actions=[action, {**answer, "Order": 2}]
    )
    assert "'secret'" not in str(balancing.describe_rules(ListenerArn=listener)["Rules"])


@probe("route53.create_hosted_zone")
def hosted_zone_is_kept_under_the_given_id(aws: Client) -> None:
    aws("route53").create_hosted_zone(Name="example.com", CallerReference="given-id:Z0EXAMPLE00000000000")
    assert aws("route53").get_hosted_zone(Id="Z0EXAMPLE00000000000")["HostedZone"]["Name"] == "example.com."


@probe("s3.get_permission")
def bucket_that_denies_http_accepts_objects(aws: Client) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
    }
    http = deny | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [http]}))
    s3.put_object(Bucket="bucket", Key="k", Body=b"v")
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    with pytest.raises(ClientError, match="403"):
        s3.put_object(Bucket="bucket", Key="k", Body=b"v")


@contextmanager
def patched(*, without: str = "") -> Iterator[Client]:
    """Give an empty account with every patch applied, except ``without``; moto is restored at the end."""
    before = {name: vars(replaced.owner).get(replaced.method) for name, replaced in PATCHES.items()}
    for name, replaced in PATCHES.items():
        if name != without:
            replaced.apply()
    try:
        with mock_aws():
            config = Config(retries={"total_max_attempts": 1})
            yield lambda service: boto3.client(service, region_name=REGION, config=config)
    finally:
        for name, replaced in PATCHES.items():
            if before[name] is not None:
                setattr(replaced.owner, replaced.method, before[name])
            elif replaced.method in vars(replaced.owner):
                delattr(replaced.owner, replaced.method)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "emulator")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "emulator")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.mark.feature("H3")
@pytest.mark.parametrize("name", sorted(PATCHES))
def test_probe_passes_with_the_patch_and_fails_without_it(name: str) -> None:
    probe_patch = PROBES[name]
    with patched() as aws:
        probe_patch(aws)
    with (
        patched(without=name) as aws,
        pytest.raises((AssertionError, ClientError, BotoCoreError, NotImplementedError, KeyError, TypeError)),
    ):
        probe_patch(aws)


@pytest.mark.feature("H3")
def test_every_patch_has_a_reason_and_a_probe() -> None:
    assert all(len(replaced.reason) > 20 for replaced in PATCHES.values())
    assert PROBES.keys() == PATCHES.keys()
