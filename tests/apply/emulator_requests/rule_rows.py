"""Requests that a documented rule of AWS rejects."""

from __future__ import annotations

from typing import Any

from tests.apply.emulator_requests.row import (
    ROLE,
    Client,
    endpoint,
    group,
    namespace,
    permission,
    resolving_vpc,
    row,
    task,
    vpc,
)


@row("security_group_texts", "InvalidParameterValue", "GroupName is invalid")
def _(aws: Client) -> None:
    group(aws, "größe")


row("security_group_texts", "InvalidParameterValue", "starts with sg-")(lambda aws: group(aws, "sg-1"))


@row("security_group_rule_descriptions", "InvalidParameterValue", "parameter Description is invalid")
def _(aws: Client) -> None:
    source = [{"CidrIp": "10.0.0.0/8", "Description": "what's this?"}]
    aws("ec2").authorize_security_group_ingress(GroupId=group(aws), IpPermissions=permission(IpRanges=source))


@row("modified_rule_descriptions", "InvalidParameterValue", "parameter Description is invalid")
def _(aws: Client) -> None:
    rule = {"SecurityGroupRuleId": "sgr-1", "SecurityGroupRule": {"IpProtocol": "-1", "Description": "a|b"}}
    aws("ec2").modify_security_group_rules(GroupId="sg-1", SecurityGroupRules=[rule])


row("load_balancer_name", "ValidationError", "cannot begin with 'internal-'")(
    lambda aws: aws("elbv2").create_load_balancer(Name="internal-a")
)
row("target_group_name", "ValidationError", "no hyphen at the start or end")(
    lambda aws: aws("elbv2").create_target_group(Name="a-")
)
row("ec2_tags", "InvalidParameterValue", "keys that start with aws: are reserved")(
    lambda aws: aws("ec2").create_tags(Resources=[vpc(aws)], Tags=[{"Key": "AWS:a", "Value": "b"}])
)
row("tag_characters", "InvalidParameter", "'a' = 'a,b': allowed characters")(
    lambda aws: aws("sns").create_topic(Name="a", Tags=[{"Key": "a", "Value": "a,b"}])
)
row("iam_tag_keys_are_unique_without_case", "InvalidInput", "case insensitive: managedby")(
    lambda aws: aws("iam").create_role(
        RoleName="a", Tags=[{"Key": "ManagedBy", "Value": "a"}, {"Key": "managedby", "Value": "b"}], **ROLE
    )
)


@row("db_parameter_group_family", "InvalidParameterCombination", "family postgres17 .* version 16.4")
def _(aws: Client) -> None:
    aws("rds").create_db_parameter_group(DBParameterGroupName="p", DBParameterGroupFamily="postgres17", Description="d")
    database(aws, DBParameterGroupName="p")


@row("cache_parameter_group_family", "InvalidParameterCombination", "use a parameter group with family valkey8")
def _(aws: Client) -> None:
    aws("elasticache").create_replication_group(
        ReplicationGroupId="r", ReplicationGroupDescription="d", Engine="valkey", EngineVersion="8.0",
        CacheParameterGroupName="default.redis7",
    )  # fmt: skip


def database(aws: Client, **given: Any) -> None:
    aws("rds").create_db_instance(
        **{
            "DBInstanceIdentifier": "d", "DBInstanceClass": "db.t4g.micro", "Engine": "postgres",
            "EngineVersion": "16.4", "AllocatedStorage": 20, "MasterUsername": "a", "MasterUserPassword": "abcdefgh1",
        } | given
    )  # fmt: skip


row("db_instance_class", "InvalidParameterCombination", r"Class=db.t2.micro, Engine=postgres, EngineVersion=16.4")(
    lambda aws: database(aws, DBInstanceClass="db.t2.micro")
)
row("db_instance_class", "InvalidParameterCombination", "db.serverless belongs to Aurora")(
    lambda aws: database(aws, DBInstanceClass="db.serverless")
)


@row("db_instance_class", "InvalidParameterCombination", "db.m4.large supports PostgreSQL up to 12")
def _(aws: Client) -> None:
    database(aws, DBInstanceClass="db.m4.large", EngineVersion="12.22")
    aws("rds").modify_db_instance(DBInstanceIdentifier="d", EngineVersion="13.20")


def strategy(**weights: int) -> list[dict[str, Any]]:
    return [{"capacityProvider": name, "weight": weight} for name, weight in weights.items()]


def service(aws: Client, *providers: str, **given: Any) -> None:
    aws("ecs").create_cluster(clusterName="c", capacityProviders=list(providers or ("FARGATE", "FARGATE_SPOT")))
    aws("ecs").register_task_definition(**task())
    aws("ecs").create_service(**{"cluster": "c", "serviceName": "s", "taskDefinition": "f", "desiredCount": 0} | given)


INVALID = "InvalidParameterException"
row("capacity_provider_strategy", INVALID, "both a launch type and capacity provider strategy")(
    lambda aws: service(aws, launchType="FARGATE", capacityProviderStrategy=strategy(FARGATE=1))
)
row("capacity_provider_strategy", INVALID, "FARGATE_SPOT is not associated with the cluster c")(
    lambda aws: service(aws, "FARGATE", capacityProviderStrategy=strategy(FARGATE=1, FARGATE_SPOT=1))
)
row("capacity_provider_strategy", INVALID, "a weight value greater than zero")(
    lambda aws: service(aws, capacityProviderStrategy=strategy(FARGATE=0))
)
row("capacity_provider_strategy", INVALID, "a mix of Fargate and Auto Scaling group")(
    lambda aws: service(aws, "FARGATE", "own", capacityProviderStrategy=strategy(FARGATE=1, own=1))
)
row("capacity_provider_strategy", INVALID, "FARGATE more than once")(
    lambda aws: service(aws, capacityProviderStrategy=strategy(FARGATE=1) * 2)
)
row("capacity_provider_strategy", INVALID, "21 capacity providers in a strategy; the limit is 20")(
    lambda aws: service(aws, capacityProviderStrategy=strategy(**{f"p{number}": 1 for number in range(21)}))
)
row("default_capacity_provider_strategy", INVALID, "Only one capacity provider .* can have a base")(
    lambda aws: aws("ecs").create_cluster(
        clusterName="c", capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{**item, "base": 1} for item in strategy(FARGATE=1, FARGATE_SPOT=1)],
    )
)  # fmt: skip


@row("default_capacity_provider_strategy", INVALID, "FARGATE is not associated with the cluster c")
def _(aws: Client) -> None:
    aws("ecs").create_cluster(clusterName="c")
    aws("ecs").put_cluster_capacity_providers(
        cluster="c", capacityProviders=["FARGATE_SPOT"], defaultCapacityProviderStrategy=strategy(FARGATE=1)
    )


@row("security_group_is_not_referenced", "DependencyViolation", "a rule of sg-.* names it")
def _(aws: Client) -> None:
    vpc_id = vpc(aws)
    referred, other = group(aws, "a", VpcId=vpc_id), group(aws, "b", VpcId=vpc_id)
    source = [{"GroupId": referred}]
    aws("ec2").authorize_security_group_ingress(GroupId=other, IpPermissions=permission(UserIdGroupPairs=source))
    aws("ec2").delete_security_group(GroupId=referred)


@row("final_snapshot_is_new", "DBSnapshotAlreadyExists", "a snapshot with name final exists")
def _(aws: Client) -> None:
    for _again in range(2):
        database(aws)
        aws("rds").delete_db_instance(DBInstanceIdentifier="d", FinalDBSnapshotIdentifier="final")


@row("secret_is_not_in_its_recovery_window", "InvalidRequestException", "already scheduled for deletion: s")
def _(aws: Client) -> None:
    secrets = aws("secretsmanager")
    secrets.create_secret(Name="s", SecretString="a")
    secrets.delete_secret(SecretId="s", RecoveryWindowInDays=7)
    secrets.create_secret(Name="s", SecretString="a")


@row("cloud_map_service_has_no_instances", "ResourceInUse", "registered instances")
def _(aws: Client) -> None:
    discovery = aws("servicediscovery")
    service = discovery.create_service(Name="s", NamespaceId=namespace(aws))["Service"]["Id"]
    discovery.register_instance(ServiceId=service, InstanceId="i", Attributes={"AWS_INSTANCE_IPV4": "10.0.0.1"})
    discovery.delete_service(Id=service)


@row("cloud_map_namespace_has_no_services", "ResourceInUse", "contains services: s")
def _(aws: Client) -> None:
    namespace_id = namespace(aws)
    aws("servicediscovery").create_service(Name="s", NamespaceId=namespace_id)
    aws("servicediscovery").delete_namespace(Id=namespace_id)


@row("private_dns_is_unique_in_the_vpc", "InvalidParameter", "already a conflicting DNS domain")
def _(aws: Client) -> None:
    vpc_id = resolving_vpc(aws)
    endpoint(aws, vpc_id, PrivateDnsEnabled=False)
    endpoint(aws, vpc_id)
    endpoint(aws, vpc_id, PrivateDnsEnabled=True)


row("private_dns_is_unique_in_the_vpc", "InvalidParameter", "requires both enableDnsSupport and enableDnsHostnames")(
    lambda aws: endpoint(aws, vpc(aws), PrivateDnsEnabled=True)
)
