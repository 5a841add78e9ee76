"""The load balancer of a synthesized environment in the emulated AWS, with its listener rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from terraform_gate.terraform_resource import Resource

from operations.account import Account
from tests.synthesis import Deployment

CONDITIONS = {
    "path_pattern": ("path-pattern", "PathPatternConfig"),
    "http_header": ("http-header", "HttpHeaderConfig"),
    "http_request_method": ("http-request-method", "HttpRequestMethodConfig"),
}


def create(account: Account, deployment: Deployment, *, rules: bool = True) -> str:
    """Create the load balancer of ``deployment`` as Terraform would, and its ``rules``.

    Returns:
        The ARN of the HTTPS listener.
    """
    balancing, ec2, name = account.client("elbv2"), account.client("ec2"), account.names.name
    vpc = ec2.create_vpc(CidrBlock="10.10.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.10.{200 + number}.0/24")["Subnet"]["SubnetId"]
        for number in range(2)
    ]
    (balancer,) = balancing.create_load_balancer(Name=name, Subnets=subnets)["LoadBalancers"]
    (targets,) = balancing.create_target_group(Name=name, Protocol="HTTP", Port=8080, VpcId=vpc)["TargetGroups"]
    certificate = account.client("acm").request_certificate(DomainName="airflow.example.com")["CertificateArn"]
    listener = deployment.only("aws_lb_listener", port=443)
    (https,) = balancing.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Port=443,
        Protocol="HTTPS",
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[_action(action, targets) for action in listener.body["default_action"]],
    )["Listeners"]
    for rule in deployment.of("aws_lb_listener_rule") if rules else ():
        balancing.create_rule(
            ListenerArn=https["ListenerArn"],
            Priority=rule.body["priority"],
            Conditions=_conditions(rule),
            Actions=[_action(action, targets) for action in rule.body["action"]],
        )
    return str(https["ListenerArn"])


def _action(action: Mapping[str, Any], targets: Mapping[str, Any]) -> dict[str, Any]:
    if action["type"] == "forward":
        return {"Type": "forward", "TargetGroupArn": targets["TargetGroupArn"]}
    answer = action["fixed_response"]
    config = {
        "ContentType": answer["content_type"],
        "MessageBody": answer["message_body"],
        "StatusCode": answer["status_code"],
    }
    return {"Type": "fixed-response", "FixedResponseConfig": config}


def _conditions(rule: Resource) -> list[dict[str, Any]]:
    return [_condition(condition) for condition in rule.body["condition"]]


def _condition(condition: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, given),) = ((kind, given) for kind, given in condition.items() if given)
    field, config = CONDITIONS[kind]
    values: dict[str, Any] = {"Values": list(given["values"])}
    if kind == "http_header":
        values["HttpHeaderName"] = given["http_header_name"]
    return {"Field": field, config: values}


def rules(account: Account, listener: str) -> list[dict[str, Any]]:
    """The rules of a listener in the order of their priorities, the default action last."""
    found: Iterable[dict[str, Any]] = account.client("elbv2").describe_rules(ListenerArn=listener)["Rules"]
    return sorted(found, key=lambda rule: (rule["Priority"] == "default", int("0" + rule["Priority"].strip("default"))))
