"""Resources of requests where parameters and reference are not enough to find them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from terraform_harness.emulator.iam.names import values
from terraform_harness.emulator.iam.state import key_arn, role_arn, task_definition
from terraform_harness.emulator.validation.requests import Call


def _keys(call: Call) -> list[str]:
    """Return the ARN of the KMS key that ``KeyId`` names by id, ARN or alias; an alias is evaluated as its key."""
    name = call.parameters.get("KeyId") or call.parameters.get("TargetKeyId")
    keys = [key_arn(call, str(name))] if name else []
    alias = call.parameters.get("AliasName")
    return [*keys, *([f"arn:aws:kms:{call.region}:{call.account}:{alias}"] if alias else [])]


def _roles(call: Call) -> list[str]:
    found = []
    if name := call.parameters.get("RoleName"):
        found.append(role_arn(call, str(name), path=str(call.parameters.get("Path") or "")))
    elif arn := call.parameters.get("RoleArn"):
        found.append(str(arn))
    return found


def _created_policy(call: Call) -> list[str]:
    path = call.parameters.get("Path") or "/"
    return [f"arn:aws:iam::{call.account}:policy{path}{call.parameters['PolicyName']}"]


def _provider(call: Call) -> list[str]:
    host = str(call.parameters["Url"]).removeprefix("https://")
    return [f"arn:aws:iam::{call.account}:oidc-provider/{host}"]


def _task_definition(call: Call) -> list[str]:
    """Return the task definition with its revision, which a request for a family's newest revision does not name."""
    name = call.parameters.get("taskDefinition")
    return [task_definition(call, str(name)).arn] if name else []


def _service(call: Call) -> list[str]:
    cluster = values(call, "ecs", "ClusterName")[0]
    return [
        f"arn:aws:ecs:{call.region}:{call.account}:service/{cluster}/{name}"
        for name in values(call, "ecs", "ServiceName")
    ]


def _secret(call: Call) -> list[str]:
    """Return a secret's ARN: AWS adds six random characters to its name."""
    name = str(call.parameters.get("SecretId") or call.parameters.get("Name") or "*")
    if name.startswith("arn:"):
        return [name]
    return [f"arn:aws:secretsmanager:{call.region}:{call.account}:secret:{name}-??????"]


def _log_group(call: Call) -> list[str]:
    """Return a log group; its ARN ends in ``:*`` for all actions but those on tags (documented)."""
    names = values(call, "logs", "LogGroupName")
    if not names or "resourceArn" in call.parameters or call.parameters.get("logStreamName"):
        return []
    name = names[0]
    arn = name if name.startswith("arn:") else f"arn:aws:logs:{call.region}:{call.account}:log-group:{name}"
    return [f"{arn.removesuffix(':*')}:*"]


def _listed_log_groups(call: Call) -> list[str]:
    return [f"arn:aws:logs:{call.region}:{call.account}:log-group:*"]


def _tagged(call: Call) -> list[str]:
    """Return the resources of CreateTags and DeleteTags by the type in their ids."""
    types = {"acl": "network-acl", "eipalloc": "elastic-ip", "igw": "internet-gateway", "nat": "natgateway",
             "rtb": "route-table", "sg": "security-group", "sgr": "security-group-rule", "vpce": "vpc-endpoint",
             "fl": "vpc-flow-log", "eni": "network-interface"}  # fmt: skip
    found = []
    for id_ in call.parameters.get("Resources", ()):
        kind = str(id_).rpartition("-")[0]
        found.append(f"arn:aws:ec2:{call.region}:{call.account}:{types.get(kind, kind)}/{id_}")
    return found


def _associated(call: Call) -> list[str]:
    """Return the resource of an association, which a request names by the association's id only."""
    id_, ec2 = call.parameters.get("AssociationId"), call.backend("ec2")
    here = f"arn:aws:ec2:{call.region}:{call.account}"
    tables = [f"{here}:route-table/{item.id}" for item in ec2.route_tables.values() if id_ in item._associations]  # noqa: SLF001
    addresses = [
        f"{here}:elastic-ip/{item.allocation_id}" for item in ec2.addresses if id_ and item.association_id == id_
    ]
    return [*tables, *addresses]


def _scalable_target(call: Call) -> list[str]:
    """Return a scalable target; its ARN has a generated id, which the request does not have."""
    return [f"arn:aws:application-autoscaling:{call.region}:{call.account}:scalable-target/*"]


def _ssm_tags(call: Call) -> list[str]:
    name = str(call.parameters.get("ResourceId", "*")).lstrip("/")
    return [f"arn:aws:ssm:{call.region}:{call.account}:parameter/{name}"]


def _every_parameter(call: Call) -> list[str]:
    return [f"arn:aws:ssm:{call.region}:{call.account}:*"]


def _load_balancer(call: Call) -> list[str]:
    kind = {"network": "net", "gateway": "gwy"}.get(str(call.parameters.get("Type", "application")), "app")
    name = call.parameters.get("Name", "*")
    return [f"arn:aws:elasticloadbalancing:{call.region}:{call.account}:loadbalancer/{kind}/{name}/*"]


def _listener(call: Call) -> list[str]:
    """Return the load balancer of a new listener, or the listener of a new rule."""
    return [str(call.parameters.get("LoadBalancerArn") or call.parameters.get("ListenerArn"))]


def _objects(call: Call) -> list[str]:
    listed = (call.parameters.get("Delete") or {}).get("Objects", ())
    keys = [str(call.parameters["Key"])] if call.parameters.get("Key") else [str(item["Key"]) for item in listed]
    return [f"arn:aws:s3:::{call.parameters['Bucket']}/{key}" for key in keys]


def _route53_tags(call: Call) -> list[str]:
    kind = str(call.parameters.get("ResourceType", "hostedzone"))
    return [f"arn:aws:route53:::{kind}/{str(call.parameters.get('ResourceId', '*')).rsplit('/', 1)[-1]}"]


def _logged(call: Call) -> list[str]:
    return [str(call.parameters["LoggingConfiguration"]["ResourceArn"])]


def _session(call: Call) -> list[str]:
    """Return the task of a session in a container, and the document that says what the session does.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-specify-session-document.html
    """
    target, document = str(call.parameters["Target"]), call.parameters.get("DocumentName")
    if not target.startswith("ecs:"):
        return []
    cluster, task, _ = target.removeprefix("ecs:").rsplit("_", 2)
    arn = f"arn:aws:ecs:{call.region}:{call.account}:task/{cluster}/{task}"
    return [arn, *([f"arn:aws:ssm:{call.region}::document/{document}"] if document else [])]


Finder = Callable[[Call], list[str]]
# (prefix, action) -> the resources, where parameters and reference are not enough; ``*`` for every action of a prefix.
SPECIAL: Mapping[tuple[str, str], Finder] = {
    ("application-autoscaling", "RegisterScalableTarget"): _scalable_target,
    ("application-autoscaling", "PutScheduledAction"): _scalable_target,
    ("application-autoscaling", "PutScalingPolicy"): _scalable_target,
    ("application-autoscaling", "DeleteScalingPolicy"): _scalable_target,
    ("application-autoscaling", "DeleteScheduledAction"): _scalable_target,
    ("application-autoscaling", "DeregisterScalableTarget"): _scalable_target,
    ("ec2", "CreateTags"): _tagged,
    ("ec2", "DisassociateAddress"): _associated,
    ("ec2", "DisassociateRouteTable"): _associated,
    ("ec2", "DeleteTags"): _tagged,
    ("ecs", "RunTask"): _task_definition,
    ("ecs", "StartTask"): _task_definition,
    ("ecs", "CreateService"): _service,
    ("ecs", "UpdateService"): _service,
    ("elasticloadbalancing", "CreateLoadBalancer"): _load_balancer,
    ("elasticloadbalancing", "CreateListener"): _listener,
    ("elasticloadbalancing", "CreateRule"): _listener,
    ("iam", "CreatePolicy"): _created_policy,
    ("iam", "CreateOpenIDConnectProvider"): _provider,
    ("iam", "*"): _roles,
    ("kms", "*"): _keys,
    ("logs", "DescribeLogGroups"): _listed_log_groups,
    ("logs", "*"): _log_group,
    ("route53", "ChangeTagsForResource"): _route53_tags,
    ("route53", "ListTagsForResource"): _route53_tags,
    ("s3", "DeleteObject"): _objects,
    ("secretsmanager", "*"): _secret,
    ("ssm", "AddTagsToResource"): _ssm_tags,
    ("ssm", "DescribeParameters"): _every_parameter,
    ("ssm", "ListTagsForResource"): _ssm_tags,
    ("ssm", "RemoveTagsFromResource"): _ssm_tags,
    ("ssm", "StartSession"): _session,
    ("sts", "*"): _roles,
    ("wafv2", "PutLoggingConfiguration"): _logged,
}
