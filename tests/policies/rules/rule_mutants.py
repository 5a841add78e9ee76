"""For every rule, one mutation of the production environment, and the rules that must find it.

The mutation testing of the harness derives its changes from any stack by operators, for stacks whose tests it does not
know. These changes are written by hand, because each shows one rule: most need two resources or a value that only
this rule knows, such as a misspelled action. Both are evaluated by ``terraform_harness.mutation.detectors.rules``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Documents = dict[str, dict[str, Any]]
Change = Callable[[Documents], None]
FOUNDATION, AIRFLOW = "prod-foundation", "prod-airflow"
LOGS = "arn:aws:s3:::some-bucket/*"
WORKER_ROLE = "worker_default_task_role"


@dataclass(frozen=True)
class Mutant:
    """A change, the rule that must find it, and the other rules that may find it too."""

    rule: str
    title: str
    change: Change = field(repr=False)
    also: frozenset[str] = frozenset()


MUTANTS: list[Mutant] = []


def mutant(rule: str, title: str, *also: str) -> Callable[[Change], Change]:
    """Register a change that `rule` must find."""

    def register(change: Change) -> Change:
        MUTANTS.append(Mutant(rule=rule, title=title, change=change, also=frozenset(also)))
        return change

    return register


def body(documents: Documents, kind: str, name: str) -> Any:
    """Return the arguments of a resource of either stack."""
    return next(found for item in documents.values() if (found := item["resource"].get(kind, {}).get(name)))


def only(documents: Documents, kind: str) -> Any:
    """Return the arguments of the first resource of a type."""
    return next(found for item in documents.values() for found in item["resource"].get(kind, {}).values())


def add(documents: Documents, kind: str, name: str, content: dict[str, Any], *, stack: str = AIRFLOW) -> None:
    """Add a resource to a stack."""
    documents[stack]["resource"].setdefault(kind, {})[name] = content


def containers(documents: Documents, component: str, edit: Callable[[dict[str, Any]], None]) -> None:
    """Edit the main container of a component."""
    task = body(documents, "aws_ecs_task_definition", f"{component}_task_definition")
    listed = json.loads(task["container_definitions"])
    edit(listed[0])
    task["container_definitions"] = json.dumps(listed)


def set_variable(documents: Documents, component: str, name: str, value: str) -> None:
    """Set a plain variable of a component's main container."""

    def edit(container: dict[str, Any]) -> None:
        others = [item for item in container["environment"] if item["name"] != name]
        container["environment"] = [*others, {"name": name, "value": value}]

    containers(documents, component, edit)


def statement(documents: Documents, kind: str, name: str, **changes: Any) -> None:
    """Edit the first statement of a policy; None removes an element."""
    resource = body(documents, kind, name)
    argument = "assume_role_policy" if kind == "aws_iam_role" else "policy"
    document = json.loads(resource[argument])
    first = {**document["Statement"][0], **changes}
    document["Statement"][0] = {key: value for key, value in first.items() if value is not None}
    resource[argument] = json.dumps(document)


def grant(documents: Documents, role: str = WORKER_ROLE, **statement_: Any) -> None:
    """Add an inline policy to a role."""
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement_}]}
    number = len(documents[AIRFLOW]["resource"]["aws_iam_role_policy"])
    content = {"name": f"more-{number}", "role": f"${{aws_iam_role.{role}.id}}", "policy": json.dumps(document)}
    add(documents, "aws_iam_role_policy", f"more_{number}", content)


@mutant("AF_ACCESS_1", "the alarm topic allows every principal")
def _(documents: Documents) -> None:
    statement(documents, "aws_sns_topic_policy", "alarms_topic_policy", Principal="*", Condition=None)


@mutant("AF_ACCESS_3", "every account may call a function")
def _(documents: Documents) -> None:
    permission = {"function_name": "job", "action": "lambda:InvokeFunction", "principal": "*"}
    add(documents, "aws_lambda_permission", "job", permission)


@mutant("AF_ACCESS_2", "the alarm topic accepts messages on behalf of any account")
def _(documents: Documents) -> None:
    statement(documents, "aws_sns_topic_policy", "alarms_topic_policy", Condition=None)


@mutant("AF_ALB_1", "the rule that rejects the execution API is removed")
def _(documents: Documents) -> None:
    del documents[AIRFLOW]["resource"]["aws_lb_listener_rule"]["load_balancer_deny_execution_api"]


@mutant("AF_ALB_2", "the load balancer accepts TLS 1.0")
def _(documents: Documents) -> None:
    body(documents, "aws_lb_listener", "load_balancer_https")["ssl_policy"] = "ELBSecurityPolicy-2016-08"


@mutant("AF_BROKER_1", "the broker evicts keys")
def _(documents: Documents) -> None:
    parameters = body(documents, "aws_elasticache_parameter_group", "broker_parameters")["parameter"]
    next(item for item in parameters if item["name"] == "maxmemory-policy")["value"] = "allkeys-lru"


@mutant("AF_BROKER_2", "the broker accepts clients without TLS")
def _(documents: Documents) -> None:
    only(documents, "aws_elasticache_replication_group")["transit_encryption_mode"] = "preferred"


@mutant("AF_BROKER_3", "the broker is not encrypted at rest")
def _(documents: Documents) -> None:
    only(documents, "aws_elasticache_replication_group")["at_rest_encryption_enabled"] = False


@mutant("AF_BROKER_4", "the broker has a user that needs no password")
def _(documents: Documents) -> None:
    user = {"user_id": "airflow-prod-default", "user_name": "default", "engine": "redis", "no_password_required": True}
    users = documents[FOUNDATION]["resource"].setdefault("aws_elasticache_user", {})
    users["default"] = {**user, "access_string": "on ~* +@all"}


@mutant("AF_ECS_1", "a worker runs privileged")
def _(documents: Documents) -> None:
    containers(documents, "worker_default", lambda item: item.update(privileged=True))


@mutant("AF_ECS_2", "a worker runs as root")
def _(documents: Documents) -> None:
    containers(documents, "worker_default", lambda item: item.update(user="0:0"))


@mutant("AF_ECS_3", "the scheduler has a writable root file system")
def _(documents: Documents) -> None:
    containers(documents, "scheduler", lambda item: item.update(readonlyRootFilesystem=False))


@mutant("AF_ECS_4", "a database URL contains its password")
def _(documents: Documents) -> None:
    set_variable(documents, "scheduler", "METADATA", "postgresql://airflow:hunter2@db.internal/airflow")


@mutant("AF_ECS_5", "the triggerer has no log driver")
def _(documents: Documents) -> None:
    containers(documents, "triggerer", lambda item: item.pop("logConfiguration"))


@mutant("AF_ECS_6", "the api-server keeps its Linux capabilities")
def _(documents: Documents) -> None:
    containers(documents, "api_server", lambda item: item["linuxParameters"].pop("capabilities"))


@mutant("AF_ECS_7", "AIRFLOW_STOP_TIMEOUT of a worker exceeds its stopTimeout")
def _(documents: Documents) -> None:
    set_variable(documents, "worker_default", "AIRFLOW_STOP_TIMEOUT", "600")


@mutant("AF_ECS_8", "the visibility timeout is shorter than the queued timeout")
def _(documents: Documents) -> None:
    name = "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"
    set_variable(documents, "worker_default", name, "60")


@mutant("AF_ECS_9", "tags of the image repository are mutable")
def _(documents: Documents) -> None:
    body(documents, "aws_ecr_repository", "images")["image_tag_mutability"] = "MUTABLE"


@mutant("AF_ECS_10", "the triggerer has no Fernet key", "AF_ECS_12")
def _(documents: Documents) -> None:
    def remove(container: dict[str, Any]) -> None:
        container["secrets"] = [item for item in container["secrets"] if "FERNET" not in item["name"]]

    containers(documents, "triggerer", remove)


@mutant("AF_ECS_11", "the scheduler cannot read the database password")
def _(documents: Documents) -> None:
    del documents[AIRFLOW]["resource"]["aws_iam_role_policy"]["scheduler_execution_role_read_database_password"]


@mutant("AF_ECS_12", "the execution role of a worker can read the Fernet key")
def _(documents: Documents) -> None:
    policies = documents[AIRFLOW]["resource"]["aws_iam_role_policy"]
    other = policies["scheduler_execution_role_read_fernet_key"]
    policies["worker_more"] = {**other, "role": "${aws_iam_role.worker_default_execution_role.id}"}


@mutant("AF_ECS_13", "a worker has no /tmp")
def _(documents: Documents) -> None:
    def unmount(container: dict[str, Any]) -> None:
        container["mountPoints"] = [item for item in container["mountPoints"] if item["containerPath"] != "/tmp"]

    containers(documents, "worker_default", unmount)


@mutant("AF_ECS_14", "the scheduler has no health check")
def _(documents: Documents) -> None:
    containers(documents, "scheduler", lambda item: item.pop("healthCheck"))


@mutant("AF_ECS_15", "the circuit breaker of the scheduler does not roll back")
def _(documents: Documents) -> None:
    body(documents, "aws_ecs_service", "scheduler_service")["deployment_circuit_breaker"]["rollback"] = False


@mutant("AF_ECS_16", "an apply resets the desired count of workers")
def _(documents: Documents) -> None:
    del body(documents, "aws_ecs_service", "worker_default_service")["lifecycle"]


@mutant("AF_ECS_17", "Fargate does not offer the memory of the scheduler")
def _(documents: Documents) -> None:
    body(documents, "aws_ecs_task_definition", "scheduler_task_definition")["memory"] = "30720"


@mutant("AF_IAM_1", "a policy document is truncated", "AF_IAM_7", "AF_ECS_19")
def _(documents: Documents) -> None:
    policy = body(documents, "aws_iam_role_policy", "scheduler_task_role_publish_metrics")
    policy["policy"] = policy["policy"][:-2]


@mutant("AF_IAM_2", "an action is misspelled")
def _(documents: Documents) -> None:
    grant(documents, Action="s3:GetObjects", Resource=LOGS)


@mutant("AF_IAM_3", "a worker has all S3 actions on a bucket")
def _(documents: Documents) -> None:
    grant(documents, Action="s3:*", Resource=LOGS)


@mutant("AF_IAM_4", "a worker can stop every Fargate task of the account")
def _(documents: Documents) -> None:
    grant(documents, Action="ecs:StopTask", Resource="*")


@mutant("AF_IAM_5", "a worker is granted NotAction")
def _(documents: Documents) -> None:
    grant(documents, NotAction=["s3:PutObject", "iam:*", "sts:*"], Resource=LOGS)


@mutant("AF_IAM_6", "a role is passed to any service")
def _(documents: Documents) -> None:
    grant(documents, Action="iam:PassRole", Resource="${aws_iam_role.scheduler_task_role.arn}")


@mutant("AF_IAM_7", "two policies of one role together allow running tasks under any role", "AF_IAM_6", "AF_IAM_4")
def _(documents: Documents) -> None:
    grant(documents, Action=["ecs:RegisterTaskDefinition"], Resource="*")
    grant(documents, Action="ecs:RunTask", Resource="arn:aws:ecs:*:333333333333:task-definition/airflow-*")
    only_ecs = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    grant(documents, Action="iam:PassRole", Resource="arn:aws:iam::333333333333:role/*", Condition=only_ecs)


@mutant("AF_IAM_8", "every AWS account can assume a worker role", "AF_IAM_9")
def _(documents: Documents) -> None:
    statement(documents, "aws_iam_role", WORKER_ROLE, Principal={"AWS": "*"}, Condition=None)


@mutant("AF_IAM_9", "a role trusts ECS without a source condition")
def _(documents: Documents) -> None:
    statement(documents, "aws_iam_role", WORKER_ROLE, Condition=None)


@mutant("AF_IAM_10", "a deploy role trusts every GitHub repository", "AF_IAM_14")
def _(documents: Documents) -> None:
    host = "token.actions.githubusercontent.com"
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::333333333333:oidc-provider/{host}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:aud": "sts.amazonaws.com"}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    add(documents, "aws_iam_role", "deploy", {"name": "deploy", "assume_role_policy": document})


@mutant("AF_IAM_11", "a worker can read every parameter of the account", "AF_ECS_19")
def _(documents: Documents) -> None:
    grant(documents, Action="ssm:GetParameter", Resource="arn:aws:ssm:eu-central-1:333333333333:parameter/*")


@mutant("AF_IAM_12", "AmazonS3FullAccess is attached to a worker")
def _(documents: Documents) -> None:
    attachment = {
        "role": f"${{aws_iam_role.{WORKER_ROLE}.name}}",
        "policy_arn": "arn:aws:iam::aws:policy/AmazonS3FullAccess",
    }
    add(documents, "aws_iam_role_policy_attachment", "more", attachment)


@mutant("AF_IAM_13", "Terraform creates an access key")
def _(documents: Documents) -> None:
    add(documents, "aws_iam_access_key", "ci", {"user": "ci"})


@mutant("AF_IAM_14", "a role has no permissions boundary")
def _(documents: Documents) -> None:
    del body(documents, "aws_iam_role", WORKER_ROLE)["permissions_boundary"]


@mutant("AF_S3_1", "the task log bucket accepts requests without TLS")
def _(documents: Documents) -> None:
    del documents[FOUNDATION]["resource"]["aws_s3_bucket_policy"]["task_logs_bucket_policy"]


@mutant("AF_SECRET_1", "the Fernet key is stored in the state")
def _(documents: Documents) -> None:
    parameter = body(documents, "aws_ssm_parameter", "secrets_fernet_key")
    parameter.pop("value_wo", None)
    parameter["value"] = "q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80="


CLIENTS = "load_balancer_ingress_from_clients_443_203_0_113_0_24"
DATABASE_INGRESS = "scheduler_ingress_at_metadata_database_5432"


def acl_entry(documents: Documents, name: str) -> Any:
    """Return an entry of a network ACL."""
    return body(documents, "aws_network_acl_rule", name)


@mutant("AF_NACL_1", "two network ACL entries are identical")
def _(documents: Documents) -> None:
    first = acl_entry(documents, "network_acls_data_in_5432_application")
    add(documents, "aws_network_acl_rule", "again", {**first, "rule_number": 32766}, stack=FOUNDATION)


@mutant("AF_NACL_2", "a reply entry of the data tier is removed", "AF_NET_3", "AF_NACL_3")
def _(documents: Documents) -> None:
    del documents[FOUNDATION]["resource"]["aws_network_acl_rule"]["network_acls_data_out_32768_61000_application"]


@mutant("AF_NACL_3", "the network ACL of the data tier allows SSH from the application tier", "AF_NACL_2")
def _(documents: Documents) -> None:
    first = acl_entry(documents, "network_acls_data_in_5432_application")
    more = {**first, "rule_number": 32766, "from_port": 22, "to_port": 22}
    add(documents, "aws_network_acl_rule", "ssh", more, stack=FOUNDATION)


@mutant("AF_NACL_4", "the network ACL of the data tier allows 0.0.0.0/0", "AF_NACL_2", "AF_NACL_3")
def _(documents: Documents) -> None:
    first = acl_entry(documents, "network_acls_data_in_5432_application")
    more = {**first, "rule_number": 32766, "from_port": 5432, "to_port": 5432, "cidr_block": "0.0.0.0/0"}
    add(documents, "aws_network_acl_rule", "internet", more, stack=FOUNDATION)


@mutant("AF_NACL_5", "a data subnet uses the default network ACL", "AF_NET_3", "AF_NACL_2", "AF_NACL_3")
def _(documents: Documents) -> None:
    acl = body(documents, "aws_network_acl", "network_acls_data")
    acl["subnet_ids"] = acl["subnet_ids"][1:]


@mutant("AF_NACL_6", "the default network ACL is not managed")
def _(documents: Documents) -> None:
    del documents[FOUNDATION]["resource"]["aws_default_network_acl"]


@mutant("AF_NET_1", "a CIDR block has host bits set")
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_ingress_rule", CLIENTS)
    rule["cidr_ipv4"] = rule["cidr_ipv4"].replace(".0/24", ".7/24")


@mutant("AF_NET_2", "a security group has inline and separate rules", "AF_SG_1", "AF_SG_6", "AF_NET_3")
def _(documents: Documents) -> None:
    group = body(documents, "aws_security_group", "api_server_security_group")
    group["ingress"] = [
        {"from_port": 8080, "to_port": 8080, "protocol": "tcp", "cidr_blocks": ["10.0.0.0/8"], "description": "more"}
    ]


@mutant("AF_NET_3", "a declared flow is blocked")
def _(documents: Documents) -> None:
    flows = documents[AIRFLOW]["//"]["flows"]
    flows.append({**flows[0], "port": 6380, "why": "no rule allows it"})


@mutant("AF_NET_4", "a security group exceeds its quota", "AF_SG_6", "AF_NET_3", "AF_SG_1", "AF_SG_5", "AF_SG_8")
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_ingress_rule", CLIENTS)
    for number in range(1001):
        more = {**rule, "cidr_ipv4": f"198.18.{number // 250}.{number % 250}/32"}
        add(documents, "aws_vpc_security_group_ingress_rule", f"more_{number}", more)


@mutant("AF_SG_1", "the api-server accepts traffic from 0.0.0.0/0", "AF_SG_4", "AF_SG_6", "AF_NET_3")
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_ingress_rule", "load_balancer_ingress_at_api_server_8080")
    rule.pop("referenced_security_group_id")
    rule["cidr_ipv4"] = "0.0.0.0/0"


@mutant("AF_SG_2", "a security-group rule has no description")
def _(documents: Documents) -> None:
    del body(documents, "aws_vpc_security_group_ingress_rule", DATABASE_INGRESS)["description"]


@mutant("AF_SG_3", "the scheduler has unrestricted egress", "AF_SG_6", "AF_SG_8", "AF_NET_3", "AF_SG_5", "AF_SG_4")
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_egress_rule", "scheduler_egress_to_internet_443")
    for name in ("from_port", "to_port"):
        rule.pop(name)
    rule["ip_protocol"] = "-1"


@mutant(
    "AF_SG_4", "the database accepts traffic from an internet-facing load balancer", "AF_SG_5", "AF_SG_6", "AF_NET_3"
)
def _(documents: Documents) -> None:
    body(documents, "aws_vpc_security_group_ingress_rule", CLIENTS)["cidr_ipv4"] = "0.0.0.0/0"
    rule = body(documents, "aws_vpc_security_group_ingress_rule", DATABASE_INGRESS)
    rule["referenced_security_group_id"] = "${aws_security_group.load_balancer_security_group.id}"


@mutant("AF_SG_5", "the scheduler has no egress rule to the database", "AF_NET_3")
def _(documents: Documents) -> None:
    rules = documents[AIRFLOW]["resource"]["aws_vpc_security_group_egress_rule"]
    del rules["scheduler_egress_to_metadata_database_5432"]


@mutant("AF_SG_6", "a security-group rule implements no declared flow", "AF_NET_3", "AF_SG_5")
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_ingress_rule", DATABASE_INGRESS)
    add(documents, "aws_vpc_security_group_ingress_rule", "more", {**rule, "from_port": 22, "to_port": 22})


@mutant("AF_SG_7", "the default security group is not managed")
def _(documents: Documents) -> None:
    del documents[FOUNDATION]["resource"]["aws_default_security_group"]


@mutant("AF_SG_8", "a security-group rule is duplicated")
def _(documents: Documents) -> None:
    rule = body(documents, "aws_vpc_security_group_ingress_rule", DATABASE_INGRESS)
    add(documents, "aws_vpc_security_group_ingress_rule", "again", dict(rule))


@mutant("AF_NET_5", "a default route leads to a transit gateway")
def _(documents: Documents) -> None:
    vpc = next(iter(documents[FOUNDATION]["resource"]["aws_vpc"]))
    route = {"cidr_block": "0.0.0.0/0", "transit_gateway_id": "tgw-0a1b2c3d"}
    add(documents, "aws_route_table", "elsewhere", {"vpc_id": f"${{aws_vpc.{vpc}.id}}", "route": [route]})


@mutant("AF_SECRET_2", "the Fernet key is a String parameter")
def _(documents: Documents) -> None:
    body(documents, "aws_ssm_parameter", "secrets_fernet_key")["type"] = "String"


@mutant("AF_NET_6", "the route table of an application subnet leads to the internet gateway", "AF_NET_3")
def _(documents: Documents) -> None:
    route = body(documents, "aws_route", "network_application_a_to_internet")
    del route["nat_gateway_id"]
    route["gateway_id"] = "${aws_internet_gateway.network_internet_gateway.id}"


@mutant("AF_NET_7", "a NAT gateway is in an application subnet", "AF_NET_3")
def _(documents: Documents) -> None:
    body(documents, "aws_nat_gateway", "network_nat_a")["subnet_id"] = "${aws_subnet.network_application_a.id}"


@mutant("AF_NET_8", "the scheduler has a public address")
def _(documents: Documents) -> None:
    body(documents, "aws_ecs_service", "scheduler_service")["network_configuration"]["assign_public_ip"] = True


@mutant("AF_KMS_1", "the alarm topic is encrypted with the key of SNS")
def _(documents: Documents) -> None:
    only(documents, "aws_sns_topic")["kms_master_key_id"] = "alias/aws/sns"


@mutant("AF_DB_1", "the database has no backups")
def _(documents: Documents) -> None:
    only(documents, "aws_db_instance")["backup_retention_period"] = 0


@mutant("AF_DB_2", "the final snapshot of the database has no name")
def _(documents: Documents) -> None:
    del only(documents, "aws_db_instance")["final_snapshot_identifier"]


@mutant("AF_SECRET_3", "an instance starts with a password in its user data")
def _(documents: Documents) -> None:
    host = {"ami": "ami-0a1b2c3d", "instance_type": "t4g.micro", "user_data": "export DB_PASSWORD=hunter2hunter2"}
    add(documents, "aws_instance", "host", host)


def backend(documents: Documents) -> Any:
    """Return the settings of the S3 backend of the Airflow stack."""
    return documents[AIRFLOW]["terraform"]["backend"]["s3"]


@mutant("AF_STATE_1", "the state is not locked")
def _(documents: Documents) -> None:
    del backend(documents)["use_lockfile"]


@mutant("AF_STATE_2", "the state is not encrypted")
def _(documents: Documents) -> None:
    backend(documents)["encrypt"] = False


@mutant("AF_STATE_3", "the state is a local file")
def _(documents: Documents) -> None:
    documents[AIRFLOW]["terraform"]["backend"] = {"local": {"path": "prod-airflow.tfstate"}}


@mutant("AF_STATE_4", "the Airflow stack has the key of the foundation stack")
def _(documents: Documents) -> None:
    backend(documents)["key"] = documents[FOUNDATION]["terraform"]["backend"]["s3"]["key"]


@mutant("AF_STATE_5", "the provider contains a secret key")
def _(documents: Documents) -> None:
    documents[AIRFLOW]["provider"]["aws"][0] |= {"access_key": f"AKIA{'A' * 16}", "secret_key": "k" * 40}


@mutant("AF_STATE_6", "the provider deploys to any account")
def _(documents: Documents) -> None:
    del documents[AIRFLOW]["provider"]["aws"][0]["allowed_account_ids"]


@mutant("AF_SECRET_4", "a sensitive variable is part of a health check")
def _(documents: Documents) -> None:
    documents[AIRFLOW]["variable"] = {"password": {"sensitive": True, "default": "hunter2hunter2"}}
    containers(
        documents,
        "scheduler",
        lambda container: container["healthCheck"].update(command=["CMD", "check", "${var.password}"]),
    )


@mutant("AF_ECS_18", "the scheduler has the task role of a worker", "AF_IAM_7")
def _(documents: Documents) -> None:
    task = body(documents, "aws_ecs_task_definition", "scheduler_task_definition")
    task["task_role_arn"] = "${aws_iam_role.worker_default_task_role.arn}"


@mutant("AF_ECS_19", "the task role of a worker can read the Fernet key")
def _(documents: Documents) -> None:
    secret = body(documents, "aws_ssm_parameter", "secrets_fernet_key")["name"]
    grant(documents, Action="ssm:GetParameters", Resource=f"arn:aws:ssm:eu-central-1:333333333333:parameter{secret}")


@mutant("AF_NET_9", "the scheduler has no security group", "AF_NET_3")
def _(documents: Documents) -> None:
    body(documents, "aws_ecs_service", "scheduler_service")["network_configuration"]["security_groups"] = []
