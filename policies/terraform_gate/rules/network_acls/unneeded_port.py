"""AF_NACL_3: network ACLs allow only traffic that security groups in their subnets allow too."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.acl_requirements import Requirement, requirements_of
from terraform_gate.network.analysis.exposure import block_of
from terraform_gate.network.filters import AclEntry, Direction, NetworkAcl, Unknown
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe
from terraform_gate.rule import Example
from terraform_gate.rules.shared.endpoint_examples import database, ecs_service
from terraform_gate.rules.shared.network_examples import (
    acl_entry,
    egress_rule,
    ingress_rule,
    network_acl,
    security_group,
    vpc,
)
from terraform_gate.rules.shared.network_rule import ACL_RULES, ACLS, NetworkRule, fail_named, short, unknown_named
from terraform_gate.rules.shared.resources import merge

_BASE = merge(
    vpc(),
    security_group("scheduler"),
    security_group("database"),
    database(),
    ecs_service("scheduler", groups=("scheduler",)),
    egress_rule("sql", "scheduler", 5432, other="database"),
    ingress_rule("sql", "database", 5432, other="scheduler"),
    network_acl("main", "data_a", "data_b"),
)
_REQUEST = acl_entry("sql", 100, (5432, 5432), "10.0.2.0/24")


class UnneededPort(NetworkRule):
    """Compares allowed traffic with the requests and replies of the security groups in the subnets.

    Reports nothing for a network ACL without known endpoints in its subnets.
    """

    id = "AF_NACL_3"
    title = "Network ACLs allow only traffic that security groups in their subnets allow too"
    severity = Severity.MEDIUM
    why = "A network ACL limits the damage of a wrong security-group rule only for the ports that it keeps closed."
    remediation = (
        "Derive the entries from the flows: the port of each request, and the client's ephemeral ports for the replies."
    )
    references = ("CKV_AWS_352", "trivy AVD-AWS-0102")
    resource_types = (*ACLS, *ACL_RULES)
    passing = (
        Example(
            title="request and reply entries",
            resources=merge(_BASE, _REQUEST, acl_entry("replies", 100, (1024, 65535), "10.0.2.0/24", egress=True)),
        ),
    )
    failing = (
        Example(
            title="a port that no security group allows",
            resources=merge(_BASE, _REQUEST, acl_entry("redis", 110, (6379, 6379), "10.0.2.0/24")),
        ),
        Example(
            title="every port from the application tier",
            resources=merge(_BASE, acl_entry("all", 100, (0, 65535), "10.0.2.0/24")),
        ),
        Example(
            title="the port from a subnet without clients",
            resources=merge(_BASE, _REQUEST, acl_entry("others", 110, (5432, 5432), "10.0.9.0/24")),
        ),
        Example(
            title="requests from a tier that only sends replies",
            resources=merge(_BASE, acl_entry("https", 100, (443, 443), "10.0.2.0/24", egress=True)),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check the network ACLs whose subnets contain endpoints."""
        network = network_of(configuration)
        for acl in network.acls.values():
            requirements = requirements_of(network, acl)
            for direction in Direction if requirements else ():
                for entry in acl.in_order(direction):
                    if entry.allow is not False:
                        yield from _evaluate(configuration, acl, entry, requirements)


def _evaluate(
    configuration: Configuration, acl: NetworkAcl, entry: AclEntry, requirements: tuple[Requirement, ...]
) -> Iterator[Finding]:
    if isinstance(entry.peer, Unknown) or isinstance(entry.services, Unknown):
        yield from unknown_named(configuration, entry.name, "addresses or ports are not known before the apply")
        return
    matching = [
        requirement
        for requirement in requirements
        if requirement.direction is entry.direction and requirement.peers & block_of(entry.peer)
    ]
    unneeded = entry.services - Ranges.union(requirement.services for requirement in matching)
    if unneeded:
        is_uncertain = any(requirement.is_uncertain for requirement in requirements)
        where = f"{entry.direction} entry {entry.number}"
        what = f"no security group behind {short(acl.name)} uses {describe(unneeded)} of {where}"
        yield from (unknown_named if is_uncertain else fail_named)(configuration, entry.name, what)


rule = UnneededPort()
