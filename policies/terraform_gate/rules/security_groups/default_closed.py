"""AF_SG_7: the default security group of every VPC is managed, and empty."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.reading.values import default_group
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import inline, together, vpc
from terraform_gate.rules.shared.network_rule import NetworkRule

_DEFAULT = {"aws_default_security_group": {"main": {"vpc_id": "${aws_vpc.main.id}"}}}


class DefaultGroupClosed(NetworkRule):
    """The group that everything falls into for which nobody named one."""

    id = "AF_SG_7"
    title = "The default security group of every VPC is managed and has no rules"
    severity = Severity.MEDIUM
    why = "What is started without a group lands in the default one, which lets its members talk and calls the world."
    remediation = "Add `aws_default_security_group` without `ingress` and `egress` blocks for the VPC."
    references = ("CIS AWS 5.4", "FSBP EC2.2", "CKV2_AWS_12", "Prowler ec2_securitygroup_default_restrict_traffic")
    resource_types = ("aws_vpc", "aws_default_security_group")
    passing = (Example(title="managed and empty", resources=together(vpc(), _DEFAULT)),)
    failing = (
        Example(title="left as AWS made it", resources=vpc()),
        Example(
            title="managed and open inside",
            resources=together(
                vpc(),
                {
                    "aws_default_security_group": {
                        "main": {"vpc_id": "${aws_vpc.main.id}", "ingress": [inline(22, self=True)]}
                    }
                },
            ),
        ),
        Example(
            title="a rule added from outside",
            resources=together(
                vpc(),
                _DEFAULT,
                {
                    "aws_vpc_security_group_egress_rule": {
                        "all": {
                            "security_group_id": "${aws_vpc.main.default_security_group_id}",
                            "ip_protocol": "-1",
                            "cidr_ipv4": "0.0.0.0/0",
                        }
                    }
                },
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at the default group of every VPC of the configuration."""
        groups = network_of(configuration).groups
        for vpc_resource in configuration.of_type("aws_vpc"):
            owner, rules = vpc_resource, groups[default_group(vpc_resource.key)].rules
            for managed in configuration.of_type("aws_default_security_group"):
                if configuration.find(managed.body.get("vpc_id")) is vpc_resource:
                    owner = managed
            if rules:
                managed_how = "has rules" if owner is not vpc_resource else "is left as AWS made it"
                yield Finding.fail(owner, f"the default security group {managed_how}")


rule = DefaultGroupClosed()
