"""Each check of the emulator rejects a request that AWS rejects; moto alone accepts it or gives another error."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from terraform_harness.emulator.serve import SerialApplication, SingleWriteHandler
from terraform_harness.emulator.validation import QUOTAS, limits
from terraform_harness.emulator.validation.application import ValidatingApplication, validating
from terraform_harness.emulator.validation.rules import RULES
from werkzeug.serving import make_server

REGION = "eu-central-1"
Client = Callable[[str], Any]
ROLE = {"AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": []})}
ANY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


@dataclass
class Server:
    """moto in this process, with and without validation."""

    validated: Client
    plain: Client
    application: ValidatingApplication
    quotas: dict[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    name: str
    code: str
    text: str
    call: Callable[[Client], Any]
    quotas: dict[str, int | None]


ROWS: list[Row] = []


def row(name: str, code: str, text: str = "", **quotas: int | None) -> Callable[..., Any]:
    def register(call: Callable[[Client], Any]) -> Callable[[Client], Any]:
        ROWS.append(Row(name, code, text, call, quotas))
        return call

    return register


def quota(name: str, limit: int | None = None) -> Callable[..., Any]:
    """A row whose call exceeds a quota: the default, or ``limit`` where the default takes many calls."""
    used = QUOTAS[name].limit if limit is None else limit
    return row(name, QUOTAS[name].code, f"the quota '{name}' is {used} ", **({} if limit is None else {name: limit}))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    quotas = limits({})
    moto = DomainDispatcherApplication(create_backend_app)
    application = validating(moto, quotas=quotas)
    handler = type("Handler", (SingleWriteHandler,), {})  # werkzeug changes its class
    servers = [
        make_server("127.0.0.1", 0, SerialApplication(app), threaded=True, request_handler=handler)
        for app in (application, moto)
    ]
    threads = [threading.Thread(target=one.serve_forever, args=(0.01,), daemon=True) for one in servers]
    for thread in threads:
        thread.start()
    validated, plain = (_clients(one.server_port) for one in servers)
    yield Server(validated=validated, plain=plain, application=application, quotas=quotas)
    for one in servers:
        one.shutdown()
        one.server_close()


def _clients(port: int) -> Client:
    known: dict[str, Any] = {}
    config = Config(
        retries={"total_max_attempts": 1}, parameter_validation=False, s3={"addressing_style": "path"}, read_timeout=120
    )

    def client(service: str) -> Any:
        if service not in known:
            known[service] = boto3.client(
                service, endpoint_url=f"http://127.0.0.1:{port}", region_name=REGION, config=config,
                aws_access_key_id="a", aws_secret_access_key="b",
            )  # fmt: skip
        return known[service]

    return client


@pytest.fixture(autouse=True)
def empty() -> None:
    from moto.moto_api._internal import moto_api_backend

    moto_api_backend.reset()


def vpc(aws: Client) -> str:
    return str(aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def group(aws: Client, name: str = "g", **given: Any) -> str:
    return str(aws("ec2").create_security_group(**{"GroupName": name, "Description": "d"} | given)["GroupId"])


def subnet(aws: Client, vpc_id: str, number: int = 0) -> str:
    return str(
        aws("ec2").create_subnet(VpcId=vpc_id, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}a")[
            "Subnet"
        ]["SubnetId"]
    )


def permission(**sources: Any) -> list[dict[str, Any]]:
    return [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, **sources}]


def ranges(count: int) -> list[dict[str, str]]:
    return [{"CidrIp": f"10.1.{number}.0/24"} for number in range(count)]


def task(**given: Any) -> dict[str, Any]:
    return {"family": "f", "containerDefinitions": [{"name": "a", "image": "a", "memory": 128}]} | given


def network(**given: Any) -> dict[str, Any]:
    return {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"], **given}}}


# models
row("required member, ec2", "MissingParameter", "'Description'")(
    lambda aws: aws("ec2").create_security_group(GroupName="g")
)
row("length, ec2", "InvalidParameterValue", "less than or equal to 1000")(
    lambda aws: aws("ec2").describe_security_group_rules(MaxResults=1001)
)
row("pattern, query", "ValidationError", "'a b' at 'RoleName'.*pattern")(
    lambda aws: aws("iam").create_role(RoleName="a b", **ROLE)
)
row("length, query", "ValidationError", "less than or equal to 64")(
    lambda aws: aws("iam").create_role(RoleName="a" * 65, **ROLE)
)
row("enumeration, query", "ValidationError", r"\[application, network, gateway\]")(
    lambda aws: aws("elbv2").create_load_balancer(Name="a", Type="classic")
)
row("type, json", "SerializationException", "'clusterName' is not of type str")(
    lambda aws: aws("ecs").create_cluster(clusterName=5)
)
row("pattern of a tag, json", "InvalidParameterException", "'R&D' at 'tags\\[0\\].value'")(
    lambda aws: aws("ecs").create_cluster(clusterName="c", tags=[{"key": "a", "value": "R&D"}])
)
row("pattern, json", "InvalidParameterException", "'a b' at 'logGroupName'")(
    lambda aws: aws("logs").create_log_group(logGroupName="a b")
)
row("range, json", "ValidationException", "'PendingWindowInDays'.*less than or equal to 365")(
    lambda aws: aws("kms").schedule_key_deletion(KeyId="k", PendingWindowInDays=366)
)
row("pattern, rest-json", "ValidationException", "'a b' at 'Name'")(
    lambda aws: aws("scheduler").create_schedule_group(Name="a b")
)
row("length, rest-xml", "InvalidInput", "'CallerReference'.*greater than or equal to 1")(
    lambda aws: aws("route53").create_hosted_zone(Name="example.com", CallerReference="")
)
row("enumeration, rest-xml of S3", "InvalidArgument", r"'On' at .*\[Enabled, Suspended\]")(
    lambda aws: aws("s3").put_bucket_versioning(Bucket="abc", VersioningConfiguration={"Status": "On"})
)


# rules
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


def namespace(aws: Client) -> str:
    aws("servicediscovery").create_http_namespace(Name="n")
    return str(aws("servicediscovery").list_namespaces()["Namespaces"][0]["Id"])


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


def endpoint(aws: Client, vpc_id: str, **given: Any) -> None:
    service = f"com.amazonaws.{REGION}.ecr.api"
    aws("ec2").create_vpc_endpoint(**{"VpcId": vpc_id, "VpcEndpointType": "Interface", "ServiceName": service} | given)


def resolving_vpc(aws: Client) -> str:
    vpc_id = vpc(aws)
    aws("ec2").modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    return vpc_id


@row("private_dns_is_unique_in_the_vpc", "InvalidParameter", "already a conflicting DNS domain")
def _(aws: Client) -> None:
    vpc_id = resolving_vpc(aws)
    endpoint(aws, vpc_id, PrivateDnsEnabled=False)
    endpoint(aws, vpc_id)
    endpoint(aws, vpc_id, PrivateDnsEnabled=True)


row("private_dns_is_unique_in_the_vpc", "InvalidParameter", "requires both enableDnsSupport and enableDnsHostnames")(
    lambda aws: endpoint(aws, vpc(aws), PrivateDnsEnabled=True)
)


# quotas
@quota("vpcs")
def _(aws: Client) -> None:
    for _number in range(6 - len(aws("ec2").describe_vpcs()["Vpcs"])):
        vpc(aws)


@quota("internet_gateways")
def _(aws: Client) -> None:
    for _number in range(6):
        aws("ec2").create_internet_gateway()


@quota("elastic_ips")
def _(aws: Client) -> None:
    for _number in range(6):
        aws("ec2").allocate_address(Domain="vpc")


@quota("nat_gateways_per_zone", 1)
def _(aws: Client) -> None:
    vpc_id = vpc(aws)
    for number in range(2):
        aws("ec2").create_nat_gateway(SubnetId=subnet(aws, vpc_id, number), ConnectivityType="private")


@quota("subnets_per_vpc", 1)
def _(aws: Client) -> None:
    vpc_id = vpc(aws)
    subnet(aws, vpc_id, 1)
    subnet(aws, vpc_id, 2)


quota("route_tables_per_vpc", 1)(lambda aws: aws("ec2").create_route_table(VpcId=vpc(aws)))
quota("network_acls_per_vpc", 1)(lambda aws: aws("ec2").create_network_acl(VpcId=vpc(aws)))


def acl_entries(aws: Client, count: int, acl: str = "", **cidr: str) -> str:
    acl = acl or aws("ec2").create_network_acl(VpcId=vpc(aws))["NetworkAcl"]["NetworkAclId"]
    for number in range(1, count + 1):
        aws("ec2").create_network_acl_entry(
            **{"NetworkAclId": acl, "RuleNumber": number, "Protocol": "-1", "RuleAction": "allow", "Egress": False}
            | (cidr or {"CidrBlock": "10.0.0.0/8"})
        )
    return acl


quota("network_acl_rules")(lambda aws: acl_entries(aws, 20))


@quota("security_groups", 3)
def _(aws: Client) -> None:
    for number in range(4):
        group(aws, f"g{number}")


@quota("security_group_rules")
def _(aws: Client) -> None:
    name = group(aws, VpcId=vpc(aws))
    aws("ec2").authorize_security_group_ingress(GroupId=name, IpPermissions=permission(IpRanges=ranges(60)))
    other = permission(UserIdGroupPairs=[{"GroupId": name}])
    aws("ec2").authorize_security_group_ingress(GroupId=name, IpPermissions=other)


@quota("security_groups_per_interface")
def _(aws: Client) -> None:
    six = [f"sg-{number}" for number in range(6)]
    aws("ec2").create_network_interface(SubnetId=subnet(aws, vpc(aws)), Groups=six)


row("security_groups_of_a_task", "InvalidParameterException", "6 security groups")(
    lambda aws: aws("ecs").run_task(taskDefinition="f", **network(securityGroups=list("abcdef")))
)


@quota("interface_endpoints_per_vpc", 1)
def _(aws: Client) -> None:
    vpc_id = resolving_vpc(aws)
    for service in ("logs", "ssm"):
        endpoint(aws, vpc_id, ServiceName=f"com.amazonaws.{REGION}.{service}")


@quota("gateway_endpoints", 1)
def _(aws: Client) -> None:
    vpc_id = vpc(aws)
    for service in ("s3", "dynamodb"):
        endpoint(aws, vpc_id, VpcEndpointType="Gateway", ServiceName=f"com.amazonaws.{REGION}.{service}")


quota("endpoint_policy_size")(lambda aws: endpoint(aws, vpc(aws), PolicyDocument=" " * 20_481))


def policy(length: int) -> str:
    resource = "arn:aws:s3:::" + "a" * (length - len(ANY.replace(" ", "")) - 12)
    return ANY.replace('"Resource": "*"', f'"Resource": "{resource}"')


@quota("role_inline_policies_size")
def _(aws: Client) -> None:
    aws("iam").create_role(RoleName="r", **ROLE)
    for name, length in (("a", 5_000), ("a", 5_120), ("b", 5_120), ("c", 200)):
        aws("iam").put_role_policy(RoleName="r", PolicyName=name, PolicyDocument=policy(length))


quota("managed_policy_size")(lambda aws: aws("iam").create_policy(PolicyName="p", PolicyDocument=policy(6_145)))
quota("role_trust_policy_size")(
    lambda aws: aws("iam").create_role(RoleName="r", AssumeRolePolicyDocument=policy(2_049))
)


@quota("managed_policies_per_role", 1)
def _(aws: Client) -> None:
    aws("iam").create_role(RoleName="r", **ROLE)
    for name in ("a", "b"):
        arn = aws("iam").create_policy(PolicyName=name, PolicyDocument=ANY)["Policy"]["Arn"]
        aws("iam").attach_role_policy(RoleName="r", PolicyArn=arn)


@quota("roles", 1)
def _(aws: Client) -> None:
    aws("iam").create_role(RoleName="a", **ROLE)
    aws("iam").create_role(RoleName="b", **ROLE)


@quota("task_definition_size")
def _(aws: Client) -> None:
    large = {"name": "a", "image": "a", "memory": 128, "environment": [{"name": "A", "value": "a" * 65_536}]}
    aws("ecs").register_task_definition(**task(containerDefinitions=[large]))


quota("containers_per_task_definition")(
    lambda aws: aws("ecs").register_task_definition(
        **task(containerDefinitions=[{"name": f"a{number}", "image": "a", "memory": 128} for number in range(11)])
    )
)
quota("task_override_size")(
    lambda aws: aws("ecs").run_task(
        taskDefinition="f", overrides={"containerOverrides": [{"name": "a", "command": ["a" * 8_192]}]}
    )
)
quota("subnets_per_awsvpc_configuration")(
    lambda aws: aws("ecs").run_task(taskDefinition="f", **network(subnets=list("abcdefghijklmnopq")))
)
quota("tasks_per_run_task")(lambda aws: aws("ecs").run_task(taskDefinition="f", count=11))
quota("target_groups_per_service")(
    lambda aws: aws("ecs").create_service(
        serviceName="s", taskDefinition="f", loadBalancers=[{"targetGroupArn": "a", "containerPort": 1}] * 6
    )
)


@quota("load_balancers", 0)
def _(aws: Client) -> None:
    aws("elbv2").create_load_balancer(Name="a", Subnets=["s"])


quota("target_groups", 0)(lambda aws: aws("elbv2").create_target_group(Name="a"))
quota("db_instances", 0)(
    lambda aws: aws("rds").create_db_instance(
        DBInstanceIdentifier="d", DBInstanceClass="db.t4g.micro", Engine="postgres"
    )
)
quota("db_parameter_groups", 0)(
    lambda aws: aws("rds").create_db_parameter_group(
        DBParameterGroupName="p", DBParameterGroupFamily="postgres17", Description="d"
    )
)
quota("db_subnet_groups", 0)(
    lambda aws: aws("rds").create_db_subnet_group(
        DBSubnetGroupName="s", DBSubnetGroupDescription="d", SubnetIds=["subnet-1"]
    )
)
quota("db_proxies", 0)(
    lambda aws: aws("rds").create_db_proxy(
        DBProxyName="p", EngineFamily="POSTGRESQL", Auth=[], RoleArn="arn:aws:iam::1:role/r", VpcSubnetIds=["a"]
    )
)


@quota("alarms", 1)
def _(aws: Client) -> None:
    for name in ("a", "a", "b"):
        aws("cloudwatch").put_metric_alarm(
            AlarmName=name, MetricName="m", Namespace="n", ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1, Threshold=1, Period=60, Statistic="Sum",
        )  # fmt: skip


def dashboard(aws: Client, widgets: list[Any]) -> None:
    aws("cloudwatch").put_dashboard(DashboardName="d", DashboardBody=json.dumps({"widgets": widgets}))


quota("widgets_per_dashboard")(lambda aws: dashboard(aws, [{"type": "text"}] * 501))
quota("metrics_per_widget")(lambda aws: dashboard(aws, [{"properties": {"metrics": [["n", "m"]] * 501}}]))
quota("metrics_per_dashboard")(
    lambda aws: dashboard(aws, [{"properties": {"metrics": [["n", "m"]] * 417}} for _ in range(6)])
)
quota("query_log_groups")(
    lambda aws: aws("logs").put_query_definition(name="q", queryString="fields x", logGroupNames=["a"] * 51)
)
quota("standard_parameter_size")(lambda aws: aws("ssm").put_parameter(Name="p", Type="String", Value="ä" * 2_049))
quota("namespaces", 0)(namespace)


@pytest.mark.feature("H8")
@pytest.mark.parametrize("row", ROWS, ids=[f"{number}-{one.name}" for number, one in enumerate(ROWS)])
def test_request_is_rejected_as_aws_rejects_it(row: Row, server: Server) -> None:
    from moto.moto_api._internal import moto_api_backend

    changed = dict(server.quotas)
    server.quotas.update(row.quotas)
    try:
        with pytest.raises(ClientError, match=row.text) as rejected:
            row.call(server.validated)
    finally:
        server.quotas.update(changed)
    assert rejected.value.response["Error"]["Code"] == row.code
    moto_api_backend.reset()
    try:
        row.call(server.plain)
    except ClientError as error:
        same = error.response["Error"] == rejected.value.response["Error"]
        assert not same, "moto gives the same error, so the row shows nothing"


@pytest.mark.feature("H8")
def test_every_rule_and_every_quota_has_a_row() -> None:
    shown = {row.name for row in ROWS}
    by_quota = {name for name in RULES if name not in shown}
    assert not QUOTAS.keys() - shown
    assert by_quota <= QUOTA_RULES, by_quota - QUOTA_RULES


QUOTA_RULES = {
    "resources_of_a_region", "resources_of_a_vpc", "nat_gateways_of_a_zone", "network_acl_rules",
    "security_group_rules",
    "security_groups_of_an_interface", "vpc_endpoints", "inline_policies_of_a_role", "trust_policy_of_a_role",
    "managed_policy", "managed_policies_of_a_role", "task_definition", "task_overrides", "target_groups_of_a_service",
    "load_balancers_and_target_groups", "databases", "alarms", "dashboards", "log_groups_of_a_query",
    "standard_parameters", "namespaces",
}  # fmt: skip


@pytest.mark.feature("H8")
def test_quota_counts_each_ip_version_for_itself(server: Server) -> None:
    acl = acl_entries(server.validated, 19)
    server.validated("ec2").create_network_acl_entry(
        NetworkAclId=acl, RuleNumber=50, Protocol="-1", RuleAction="allow", Egress=False, Ipv6CidrBlock="::/0"
    )


@pytest.mark.feature("H8")
def test_compressed_request_is_read(server: Server) -> None:
    metrics = [{"MetricName": f"metric-{number}", "Value": 1.0, "Unit": "Count"} for number in range(200)]
    server.validated("cloudwatch").put_metric_data(Namespace="n", MetricData=metrics)
    metrics[199]["Unit"] = "Pieces"
    with pytest.raises(ClientError, match=r"'Pieces' at 'MetricData\[199\].Unit'"):
        server.validated("cloudwatch").put_metric_data(Namespace="n", MetricData=metrics)


@pytest.mark.feature("H8")
def test_report_counts_requests_errors_and_what_is_unknown(server: Server) -> None:
    before = server.application.report()
    server.validated("sts").get_caller_identity()
    with pytest.raises(ClientError):
        server.validated("logs").create_log_group(logGroupName="a b")
    after = server.application.report()
    assert after.validated == before.validated + 2
    assert sum(after.rejected.values()) == sum(before.rejected.values()) + 1
    assert "requests validated" in str(after)


@pytest.mark.feature("H8")
@pytest.mark.parametrize("changes", [{"vpc": 1}, {"vpcs": -1}, {"vpcs": True}])
def test_unknown_quota_is_named_with_a_fix(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"quotas: .*{next(iter(changes))}.* Fix: "):
        limits(changes)
