"""AF_NACL_3: a network ACL opens no port that the security groups behind it keep closed."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.acl_needs import Needs, needs_of
from terraform_gate.network.analysis.exposure import block_of
from terraform_gate.network.filters import AclRule, Direction, NetworkAcl, Unknown
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import acl, group, line, store, task, together, vpc, way_in, way_out
from terraform_gate.rules.shared.network_rule import ACL_RULES, ACLS, NetworkRule, fail_named, unknown_named

_BASE = together(
    vpc(),
    group("scheduler"),
    group("database"),
    store(),
    task("scheduler", groups=("scheduler",)),
    way_out("sql", "scheduler", 5432, other="database"),
    way_in("sql", "database", 5432, other="scheduler"),
    acl("main", "data_a", "data_b"),
)
_REQUEST = line("sql", 100, (5432, 5432), "10.0.2.0/24")


class UnneededPort(NetworkRule):
    """Allowed services against what the security groups of the members of the subnets, and replies to them, need.

    Says nothing about a network ACL behind which nobody stands.
    """

    id = "AF_NACL_3"
    title = "Network ACLs open only what the security groups behind them use"
    severity = Severity.MEDIUM
    why = "The second lock is worth what it keeps closed when the first one fails."
    remediation = "Derive the lines from the flows: the port of each request, and the clients' ports for its replies."
    references = ("CKV_AWS_352", "trivy AVD-AWS-0102")
    resource_types = (*ACLS, *ACL_RULES)
    passing = (
        Example(
            title="request and reply",
            resources=together(_BASE, _REQUEST, line("replies", 100, (1024, 65535), "10.0.2.0/24", egress=True)),
        ),
    )
    failing = (
        Example(
            title="a port that no security group opens",
            resources=together(_BASE, _REQUEST, line("redis", 110, (6379, 6379), "10.0.2.0/24")),
        ),
        Example(
            title="every port of the clients' tier",
            resources=together(_BASE, line("all", 100, (0, 65535), "10.0.2.0/24")),
        ),
        Example(
            title="the port to addresses where no client stands",
            resources=together(_BASE, _REQUEST, line("others", 110, (5432, 5432), "10.0.9.0/24")),
        ),
        Example(
            title="requests out of a tier that only answers",
            resources=together(_BASE, line("https", 100, (443, 443), "10.0.2.0/24", egress=True)),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at the network ACLs of subnets in which somebody stands."""
        network = network_of(configuration)
        for item in network.acls.values():
            needs = needs_of(network, item)
            for direction in Direction if needs else ():
                for one in item.lines(direction):
                    if one.allow is not False:
                        yield from _judge(configuration, item, one, needs)


def _judge(configuration: Configuration, item: NetworkAcl, one: AclRule, needs: tuple[Needs, ...]) -> Iterator[Finding]:
    if isinstance(one.peer, Unknown) or isinstance(one.services, Unknown):
        yield from unknown_named(configuration, one.name, "addresses or ports are not known before the apply")
        return
    met = [need for need in needs if need.direction is one.direction and need.peers & block_of(one.peer)]
    idle = one.services - Ranges.union(need.services for need in met)
    if idle:
        unsure = any(need.unsure for need in needs)
        what = (
            f"{one.direction} line {one.number}: nothing behind {item.name.rpartition('//')[2]} uses {describe(idle)}"
        )
        yield from (unknown_named if unsure else fail_named)(configuration, one.name, what)


rule = UnneededPort()
