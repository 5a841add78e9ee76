"""AF_NACL_6: Terraform manages the default network ACL of every VPC and leaves it without entries."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.reading.acls import acl_name, default_acl
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.reading.reader import Reader
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import ANYWHERE, inline_acl_entry, vpc
from terraform_gate.rules.shared.network_rule import NetworkRule
from terraform_gate.rules.shared.resources import merge

_ID = {"default_network_acl_id": "${aws_vpc.main.default_network_acl_id}"}


class DefaultAclClosed(NetworkRule):
    """Default network ACLs that are unmanaged or allow traffic."""

    id = "AF_NACL_6"
    title = "The default network ACL of every VPC is managed and denies all traffic"
    severity = Severity.MEDIUM
    why = "A subnet without an association uses the default network ACL, which initially allows all traffic."
    remediation = "Add `aws_default_network_acl` without `ingress` and `egress` blocks for the VPC."
    references = ()
    resource_types = ("aws_vpc", "aws_default_network_acl")
    passing = (Example(title="managed and empty", resources=merge(vpc(), {"aws_default_network_acl": {"main": _ID}})),)
    failing = (
        Example(title="not managed: the initial entries of AWS stay", resources=vpc()),
        Example(
            title="managed, with an allow entry",
            resources=merge(
                vpc(), {"aws_default_network_acl": {"main": {**_ID, "ingress": [inline_acl_entry(100, ANYWHERE)]}}}
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check the default network ACL of every VPC of the configuration."""
        reader, acls = Reader(configuration), network_of(configuration).acls
        managed = {
            acl_name(reader, f"${{{resource.key}.id}}"): resource
            for resource in configuration.of_type("aws_default_network_acl")
        }
        for vpc_resource in configuration.of_type("aws_vpc"):
            name = default_acl(vpc_resource.key)
            if any(entry.allow is not False for entry in acls[name].entries):
                how = "allows traffic" if name in managed else "is not managed: it allows all traffic"
                yield Finding.fail(managed.get(name, vpc_resource), f"the default network ACL {how}")


rule = DefaultAclClosed()
