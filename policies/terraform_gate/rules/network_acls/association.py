"""AF_NACL_5: every subnet is associated with exactly one network ACL, which is not the default one."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.reading.reader import Reader
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import network_acl, subnet, vpc
from terraform_gate.rules.shared.network_rule import ACLS, NetworkRule, short
from terraform_gate.rules.shared.resources import merge

_BASE = merge(vpc(), subnet("one", "10.0.0.0/24"))


class AclAssociation(NetworkRule):
    """Subnets on the default network ACL, and subnets that several network ACLs claim."""

    id = "AF_NACL_5"
    title = "Every subnet is associated with exactly one network ACL other than the default one"
    severity = Severity.MEDIUM
    why = (
        "A subnet without an association uses the default network ACL. A subnet that two network ACLs "
        "claim belongs to the one that was applied last: every apply moves it, and the plan is never "
        "empty."
    )
    remediation = "List each subnet in `subnet_ids` of one `aws_network_acl`, or in one `aws_network_acl_association`."
    references = ("CKV2_AWS_1",)
    resource_types = ("aws_subnet",)
    passing = (Example(title="one network ACL", resources=merge(_BASE, network_acl("main", "one"))),)
    failing = (
        Example(title="no association: the default network ACL", resources=_BASE),
        Example(
            title="two network ACLs", resources=merge(_BASE, network_acl("main", "one"), network_acl("second", "one"))
        ),
        Example(
            title="an association with the default network ACL",
            resources=merge(
                _BASE,
                {
                    "aws_default_network_acl": {
                        "main": {
                            "default_network_acl_id": "${aws_vpc.main.default_network_acl_id}",
                            "subnet_ids": ["${aws_subnet.one.id}"],
                        }
                    }
                },
            ),
        ),
        Example(
            title="a second network ACL through an association resource",
            resources=merge(
                _BASE,
                network_acl("main", "one"),
                network_acl("second"),
                {
                    "aws_network_acl_association": {
                        "second": {
                            "network_acl_id": "${aws_network_acl.second.id}",
                            "subnet_id": "${aws_subnet.one.id}",
                        }
                    }
                },
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check every subnet. The verdict is unknown while any association is not known before the apply."""
        network, unknown = network_of(configuration), _unknown(configuration)
        for resource in configuration.of_type("aws_subnet"):
            names = network.subnets[resource.key].acls
            if len(names) > 1:
                yield Finding.fail(resource, f"claimed by {' and '.join(short(name) for name in names)}")
            elif network.acls[names[0]].is_default if names[0] in network.acls else False:
                if unknown:
                    yield Finding.unknown(resource, f"may be associated by {unknown}")
                else:
                    yield Finding.fail(resource, "uses the default network ACL of its VPC")


def _unknown(configuration: Configuration) -> str:
    """The first subnet reference that is not known before the apply."""
    reader = Reader(configuration)
    values = [value for item in configuration.of_type(*ACLS) for value in item.values("subnet_ids")]
    values += [item.body.get("subnet_id") for item in configuration.of_type("aws_network_acl_association")]
    return next((str(value) for value in values if not _is_named(reader, value)), "")


def _is_named(reader: Reader, value: object) -> bool:
    return is_known(value) or reader.find(value) is not None


rule = AclAssociation()
