"""Consequences for the network: what is open is what was declared, no more and no less."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from terraform_harness.verification.check import Check, Resource, World, check, consequence

Entry = tuple[Any, ...]
LAST_RULE = 32767


@consequence("aws_security_group")
def group_has_the_declared_rules_only(resource: Resource, world: World) -> Iterator[Check]:
    group = resource.values["id"]
    filters = [{"Name": "group-id", "Values": [group]}]
    found = world.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    there = {one["SecurityGroupRuleId"] for one in found}
    kinds = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
    declared = {
        one.values["id"] for kind in kinds for one in world.of_type(kind) if one.values["security_group_id"] == group
    }
    inline = bool(resource.values.get("ingress") or resource.values.get("egress")) and not declared
    if not inline:
        problem = f"undeclared {sorted(there - declared)}, missing {sorted(declared - there)}"
        yield check(resource.address, f"{len(declared)} declared rules and no other", there == declared, problem)


@consequence("aws_default_security_group")
def default_group_is_closed(resource: Resource, world: World) -> Iterator[Check]:
    filters = [{"Name": "group-id", "Values": [resource.values["id"]]}]
    found = world.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    yield check(resource.address, "default security group is closed", not found, f"{len(found)} rules")


@consequence("aws_network_acl")
def list_has_the_declared_entries_only(resource: Resource, world: World) -> Iterator[Check]:
    name = resource.values["id"]
    found = world.client("ec2").describe_network_acls(NetworkAclIds=[name])["NetworkAcls"][0]
    there = {_entry(one) for one in found["Entries"] if one["RuleNumber"] != LAST_RULE}
    rules = [one.values for one in world.of_type("aws_network_acl_rule") if one.values["network_acl_id"] == name]
    declared = {(rule["egress"], rule["rule_number"], rule["rule_action"], _block(rule)) for rule in rules}
    if rules:
        problem = f"undeclared {sorted(there - declared)}, missing {sorted(declared - there)}"
        yield check(resource.address, f"{len(declared)} declared entries and no other", there == declared, problem)


@consequence("aws_network_acl")
def list_is_on_its_subnets(resource: Resource, world: World) -> Iterator[Check]:
    found = world.client("ec2").describe_network_acls(NetworkAclIds=[resource.values["id"]])["NetworkAcls"][0]
    there = {one["SubnetId"] for one in found["Associations"]}
    wanted = set(resource.values["subnet_ids"])
    yield check(resource.address, "is on the declared subnets", there == wanted, f"is on {sorted(there)}")


def _entry(entry: dict[str, Any]) -> Entry:
    block = entry.get("CidrBlock") or entry.get("Ipv6CidrBlock")
    return (entry["Egress"], entry["RuleNumber"], entry["RuleAction"], block)


def _block(rule: Any) -> str:
    return str(rule.get("cidr_block") or rule.get("ipv6_cidr_block"))


@consequence("aws_subnet")
def subnet_gives_no_public_address(resource: Resource, world: World) -> Iterator[Check]:
    found = world.client("ec2").describe_subnets(SubnetIds=[resource.values["id"]])["Subnets"][0]
    yield check(resource.address, "gives no public address", not found["MapPublicIpOnLaunch"], "it does")


@consequence("aws_lb_listener")
def listener_is_encrypted_or_redirects(resource: Resource, world: World) -> Iterator[Check]:
    balancer, arn = world.client("elbv2"), resource.values["arn"]
    listener = balancer.describe_listeners(ListenerArns=[arn])["Listeners"][0]
    if listener["Protocol"] == "HTTPS":
        yield check(resource.address, "has a certificate", listener.get("Certificates"), "it has none")
    else:
        kinds = {action["Type"] for action in listener["DefaultActions"]}
        yield check(resource.address, "plain HTTP only redirects", kinds == {"redirect"}, f"it does {sorted(kinds)}")
