"""AF_SG_2: every security group and every security-group rule has a description."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.reading.network import network_of
from terraform_gate.reading.expression import UNKNOWN
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import egress_rule, ingress_rule, inline_rule, security_group, vpc
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named
from terraform_gate.rules.shared.resources import merge

_BASE = merge(vpc(), security_group("web"))
_NO_DESCRIPTION = (None, "", UNKNOWN, "Managed by Terraform")
"""The provider sets the last one if a group has no description."""


class MissingDescription(NetworkRule):
    """Security groups and their rules, inline rules included, without a description."""

    id = "AF_SG_2"
    title = "Every security group and every rule has a description"
    severity = Severity.LOW
    why = (
        "Rules without a documented purpose are never removed. AWS cannot change the description of an existing group."
    )
    remediation = "State in `description` which client needs the access and why."
    references = ("CKV_AWS_23", "trivy AVD-AWS-0099", "trivy AVD-AWS-0124", "cdk-nag AwsSolutions-EC27")
    resource_types = (*GROUPS, *GROUP_RULES)
    passing = (
        Example(
            title="group and rules have descriptions",
            resources=merge(_BASE, ingress_rule("peers", "web", other="web"), egress_rule("peers", "web", other="web")),
        ),
    )
    failing = (
        Example(title="a group without a description", resources=merge(vpc(), security_group("web", description=None))),
        Example(
            title="a rule without a description",
            resources=merge(_BASE, ingress_rule("peers", "web", other="web", description=None)),
        ),
        Example(
            title="an inline rule without a description",
            resources=merge(vpc(), security_group("web", egress=[inline_rule(443, self=True, description="")])),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check the groups, then their rules."""
        for resource in configuration.of_type("aws_security_group"):
            if resource.body.get("description") in _NO_DESCRIPTION:
                yield Finding.fail(resource, "the group has no description")
        for item in network_of(configuration).groups.values():
            for name in dict.fromkeys(rule.name for rule in item.rules if rule.description is None):
                yield from fail_named(configuration, name, "a rule has no description")


rule = MissingDescription()
