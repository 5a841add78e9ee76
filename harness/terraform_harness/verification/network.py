"""Checks of the network: AWS has exactly the declared rules and ACL entries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from terraform_harness.verification.check import Check, Deployment, Resource, check, verifier

Entry = tuple[Any, ...]
LAST_RULE = 32767


@verifier("aws_security_group")
def security_group_has_only_declared_rules(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the security group has only declared rules."""
    group = resource.values["id"]
    filters = [{"Name": "group-id", "Values": [group]}]
    found = deployment.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    actual = {rule["SecurityGroupRuleId"] for rule in found}
    types = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
    declared = {
        rule.values["id"]
        for type_ in types
        for rule in deployment.of_type(type_)
        if rule.values["security_group_id"] == group
    }
    inline = bool(resource.values.get("ingress") or resource.values.get("egress")) and not declared
    if not inline:
        problem = f"undeclared {sorted(actual - declared)}, missing {sorted(declared - actual)}"
        yield check(resource.address, f"{len(declared)} declared rules and no others", actual == declared, problem)


@verifier("aws_default_security_group")
def default_security_group_has_no_rules(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the default security group has no rules."""
    filters = [{"Name": "group-id", "Values": [resource.values["id"]]}]
    found = deployment.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    yield check(resource.address, "default security group has no rules", not found, f"{len(found)} rules")


@verifier("aws_network_acl")
def acl_has_only_declared_entries(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the network ACL has only declared entries."""
    name = resource.values["id"]
    found = deployment.client("ec2").describe_network_acls(NetworkAclIds=[name])["NetworkAcls"][0]
    actual = {_entry(entry) for entry in found["Entries"] if entry["RuleNumber"] != LAST_RULE}
    rules = [
        rule.values for rule in deployment.of_type("aws_network_acl_rule") if rule.values["network_acl_id"] == name
    ]
    declared = {(rule["egress"], rule["rule_number"], rule["rule_action"], _block(rule)) for rule in rules}
    if rules:
        problem = f"undeclared {sorted(actual - declared)}, missing {sorted(declared - actual)}"
        yield check(resource.address, f"{len(declared)} declared entries and no others", actual == declared, problem)


@verifier("aws_network_acl")
def acl_is_associated_with_its_subnets(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the network ACL is associated with its subnets."""
    found = deployment.client("ec2").describe_network_acls(NetworkAclIds=[resource.values["id"]])["NetworkAcls"][0]
    actual = {association["SubnetId"] for association in found["Associations"]}
    wanted = set(resource.values["subnet_ids"])
    yield check(resource.address, "is associated with the declared subnets", actual == wanted, f"AWS: {sorted(actual)}")


def _entry(entry: dict[str, Any]) -> Entry:
    block = entry.get("CidrBlock") or entry.get("Ipv6CidrBlock")
    return (entry["Egress"], entry["RuleNumber"], entry["RuleAction"], block)


def _block(rule: Any) -> str:
    return str(rule.get("cidr_block") or rule.get("ipv6_cidr_block"))


@verifier("aws_subnet")
def subnet_assigns_no_public_address(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the subnet assigns no public address."""
    found = deployment.client("ec2").describe_subnets(SubnetIds=[resource.values["id"]])["Subnets"][0]
    yield check(resource.address, "assigns no public address", not found["MapPublicIpOnLaunch"], "it assigns one")


@verifier("aws_lb_listener")
def listener_encrypts_or_redirects(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the listener encrypts or redirects."""
    balancer, arn = deployment.client("elbv2"), resource.values["arn"]
    listener = balancer.describe_listeners(ListenerArns=[arn])["Listeners"][0]
    if listener["Protocol"] == "HTTPS":
        yield check(resource.address, "has a certificate", listener.get("Certificates"), "it has no certificate")
    else:
        types = {action["Type"] for action in listener["DefaultActions"]}
        yield check(resource.address, "plain HTTP only redirects", types == {"redirect"}, f"actions: {sorted(types)}")
