"""Characters of names and descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from terraform_harness.emulator.validation.requests import Call
from terraform_harness.emulator.validation.rules.rule import rule
from terraform_harness.emulator.validation.shapes import shown
from terraform_harness.emulator.validation.violation import Violation

GROUP = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html"
IP_RANGE = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html"
BALANCER = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html"
TARGETS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html"
ALLOWED_IN_GROUPS = "a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*"
GROUP_TEXT = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")
HYPHENATED = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?")
SOURCES = ("IpRanges", "Ipv6Ranges", "PrefixListIds", "UserIdGroupPairs")
RULE_OPERATIONS = (
    "AuthorizeSecurityGroupIngress",
    "AuthorizeSecurityGroupEgress",
    "UpdateSecurityGroupRuleDescriptionsIngress",
    "UpdateSecurityGroupRuleDescriptionsEgress",
)


def _group_text(parameter: str, value: str) -> None:
    if not GROUP_TEXT.fullmatch(value):
        raise Violation(
            "InvalidParameterValue",
            f"Value ({shown(value)}) for parameter {parameter} is invalid. Up to 255 characters of: "
            f"{ALLOWED_IN_GROUPS}",
        )


@rule("ec2:CreateSecurityGroup", source=GROUP)
def security_group_texts(call: Call) -> None:
    name = call.parameters["GroupName"]
    _group_text("GroupName", name)
    _group_text("GroupDescription", call.parameters["Description"])
    if name.lower().startswith("sg-"):
        raise Violation(
            "InvalidParameterValue", f"Value ({name}) for parameter GroupName is invalid. It starts with sg-"
        )


@rule(*(f"ec2:{operation}" for operation in RULE_OPERATIONS), source=IP_RANGE)
def security_group_rule_descriptions(call: Call) -> None:
    for description in _descriptions(call.parameters.get("IpPermissions", ())):
        _group_text("Description", description)


@rule("ec2:ModifySecurityGroupRules", source=IP_RANGE)
def modified_rule_descriptions(call: Call) -> None:
    for change in call.parameters["SecurityGroupRules"]:
        _group_text("Description", change.get("SecurityGroupRule", {}).get("Description", ""))


def _descriptions(permissions: Any) -> Iterator[str]:
    for permission in permissions:
        for source in SOURCES:
            yield from (entry["Description"] for entry in permission.get(source, ()) if "Description" in entry)


def _hyphenated(call: Call, noun: str) -> str:
    name: str = call.parameters["Name"]
    if not HYPHENATED.fullmatch(name):
        text = "up to 32 letters, digits and hyphens, and no hyphen at the start or end"
        raise Violation("ValidationError", f"{noun} name '{shown(name)}' must have {text}")
    return name


@rule("elbv2:CreateLoadBalancer", source=BALANCER)
def load_balancer_name(call: Call) -> None:
    if _hyphenated(call, "Load balancer").startswith("internal-"):
        raise Violation(
            "ValidationError", f"Load balancer name '{call.parameters['Name']}' cannot begin with 'internal-'"
        )


@rule("elbv2:CreateTargetGroup", source=TARGETS)
def target_group_name(call: Call) -> None:
    _hyphenated(call, "Target group")
