"""AF_SG_2: every security group and every rule says what it is for."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.reading.network import network_of
from terraform_gate.reading.expression import UNKNOWN
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import group, inline, together, vpc, way_in, way_out
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named

_BASE = together(vpc(), group("web"))
_NOT_SAID = (None, "", UNKNOWN, "Managed by Terraform")
"""Terraform fills the last one in where a group has none."""


class Description(NetworkRule):
    """Descriptions of groups and of their rules, inline ones too."""

    id = "AF_SG_2"
    title = "Every security group and every rule has a description"
    severity = Severity.LOW
    why = "A rule whose purpose nobody knows is never removed. The description of a group cannot be changed later."
    remediation = "Say in `description` who needs this and why."
    references = ("CKV_AWS_23", "trivy AVD-AWS-0099", "trivy AVD-AWS-0124", "cdk-nag AwsSolutions-EC27")
    resource_types = (*GROUPS, *GROUP_RULES)
    passing = (
        Example(
            title="group and rule say why",
            resources=together(_BASE, way_in("peers", "web", other="web"), way_out("peers", "web", other="web")),
        ),
    )
    failing = (
        Example(title="a group without", resources=together(vpc(), group("web", description=None))),
        Example(
            title="a rule without", resources=together(_BASE, way_in("peers", "web", other="web", description=None))
        ),
        Example(
            title="an inline rule without",
            resources=together(vpc(), group("web", egress=[inline(443, self=True, description="")])),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at the groups, then at their rules."""
        for resource in configuration.of_type("aws_security_group"):
            if resource.body.get("description") in _NOT_SAID:
                yield Finding.fail(resource, "the group has no description of its own")
        for item in network_of(configuration).groups.values():
            for name in dict.fromkeys(rule.name for rule in item.rules if rule.description is None):
                yield from fail_named(configuration, name, "a rule has no description")


rule = Description()
