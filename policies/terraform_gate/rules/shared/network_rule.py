"""The base of rules that look at the network: they report what they found, everything else they looked at passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding
from terraform_gate.rule import Rule
from terraform_gate.terraform_resource import Resource

GROUPS = ("aws_security_group", "aws_default_security_group")
GROUP_RULES = (
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
)
ACLS = ("aws_network_acl", "aws_default_network_acl")
ACL_RULES = ("aws_network_acl_rule",)


class NetworkRule(Rule):
    """Subclasses say in ``findings`` what is wrong or cannot be judged."""

    covers: ClassVar[tuple[str, ...]] = ()
    """Types that pass when nothing is said about them; by default all of ``resource_types``."""

    def evaluate(self, configuration: Configuration) -> Iterator[Finding]:
        """Every finding, then a pass for each resource that has none."""
        found = list(self.findings(configuration))
        yield from found
        said = {item.resource.key for item in found}
        for resource in configuration.of_type(*(self.covers or self.resource_types)):
            if resource.key not in said:
                yield Finding.pass_(resource)

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Say what is wrong, and what cannot be judged."""
        raise NotImplementedError(f"{type(self).__name__} has no findings")


def fail_named(configuration: Configuration, name: str, message: str) -> Iterator[Finding]:
    """A failure of the resource that the network model calls ``name``; nothing when AWS made it."""
    yield from (Finding.fail(resource, message) for resource in _resource(configuration, name))


def unknown_named(configuration: Configuration, name: str, message: str) -> Iterator[Finding]:
    """Not judged, for the resource that the network model calls ``name``."""
    yield from (Finding.unknown(resource, message) for resource in _resource(configuration, name))


def _resource(configuration: Configuration, name: str) -> Iterator[Resource]:
    if name in configuration.resources:
        yield configuration.resources[name]


def short(name: str) -> str:
    """A resource's address without its stack, for messages."""
    return name.rpartition("//")[2]
