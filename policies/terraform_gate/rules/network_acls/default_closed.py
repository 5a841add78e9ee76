"""AF_NACL_6: the default network ACL of every VPC is managed, and empty."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.reading.acls import acl_name, default_acl
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.reading.values import Reader
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import WORLD, inline_line, together, vpc
from terraform_gate.rules.shared.network_rule import NetworkRule

_ID = {"default_network_acl_id": "${aws_vpc.main.default_network_acl_id}"}


class DefaultAclClosed(NetworkRule):
    """The network ACL of every subnet for which nobody named one."""

    id = "AF_NACL_6"
    title = "The default network ACL of every VPC is managed and refuses everything"
    severity = Severity.MEDIUM
    why = "A subnet without a network ACL of its own uses the default one, and that lets everything through."
    remediation = "Add `aws_default_network_acl` without `ingress` and `egress` blocks for the VPC."
    references = ()
    resource_types = ("aws_vpc", "aws_default_network_acl")
    passing = (
        Example(title="managed and empty", resources=together(vpc(), {"aws_default_network_acl": {"main": _ID}})),
    )
    failing = (
        Example(title="left as AWS made it", resources=vpc()),
        Example(
            title="managed and open",
            resources=together(
                vpc(), {"aws_default_network_acl": {"main": {**_ID, "ingress": [inline_line(100, WORLD)]}}}
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at the default network ACL of every VPC of the configuration."""
        reader, acls = Reader(configuration), network_of(configuration).acls
        managed = {
            acl_name(reader, f"${{{resource.key}.id}}"): resource
            for resource in configuration.of_type("aws_default_network_acl")
        }
        for vpc_resource in configuration.of_type("aws_vpc"):
            name = default_acl(vpc_resource.key)
            if any(line.allow is not False for line in acls[name].rules):
                how = "lets something through" if name in managed else "is left as AWS made it: open"
                yield Finding.fail(managed.get(name, vpc_resource), f"the default network ACL {how}")


rule = DefaultAclClosed()
