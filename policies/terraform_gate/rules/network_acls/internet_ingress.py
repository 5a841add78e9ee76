"""AF_NACL_4: no network ACL lets the world in where no load balancer listens; the data tier never."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.addresses import INTERNET
from terraform_gate.network.analysis.exposure import block_of, unknown_parts, world_exposures
from terraform_gate.network.filters import Direction, NetworkAcl, Unknown
from terraform_gate.network.model import Kind, Network, Target
from terraform_gate.network.ranges import NOTHING, Ranges
from terraform_gate.network.reading.hosts import SUBNET_GROUPS
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import TCP, UDP, describe, ephemeral, services
from terraform_gate.rule import Example
from terraform_gate.rules.shared.acl_examples import guarded, halves
from terraform_gate.rules.shared.network_examples import WORLD, acl, balancer, group, line, store, together, vpc
from terraform_gate.rules.shared.network_rule import ACL_RULES, ACLS, NetworkRule, fail_named, unknown_named

_DATA = together(vpc(), group("database"), store(), acl("main", "data_a", "data_b"))
_PUBLIC = together(vpc(), group("door"), balancer(), acl("main", "public_a", "public_b"))
_APP = guarded("app")
_REPLIES = ephemeral(TCP, 1024, 65535) | ephemeral(UDP, 1024, 65535)
_WEB = services("tcp", 80, 80) | services("tcp", 443, 443)


class WorldLine(NetworkRule):
    """The union of the allowing ingress lines; for the data tier both directions, replies included."""

    id = "AF_NACL_4"
    title = "No network ACL lets the world in, but to load balancers and as replies; to data not even that"
    severity = Severity.HIGH
    why = "A network ACL is the second lock. One that is open to the world opens with the first wrong security group."
    remediation = (
        "Allow the tiers that call this one. From the world: the listeners' ports in the public tier, and reply ports."
    )
    references = (
        "CIS AWS 5.1",
        "FSBP EC2.21",
        "CKV_AWS_229",
        "CKV_AWS_230",
        "CKV_AWS_231",
        "CKV_AWS_232",
        "CKV_AWS_352",
        "trivy AVD-AWS-0102",
        "trivy AVD-AWS-0105",
        "Prowler ec2_networkacl_allow_ingress_any_port",
    )
    resource_types = (*ACLS, *ACL_RULES)
    passing = (
        Example(
            title="the application tier into the data tier",
            resources=together(_DATA, line("database", 100, (5432, 5432), "10.0.2.0/24")),
        ),
        Example(
            title="the world to the load balancer",
            resources=together(
                _PUBLIC, line("https", 100, (443, 443), WORLD), line("replies", 110, (1024, 65535), WORLD)
            ),
        ),
    )
    failing = (
        Example(
            title="every port of the data tier",
            resources=together(_DATA, line("all", 100, (0, 65535), WORLD)),
        ),
        Example(
            title="replies of the world into the data tier, in two halves",
            resources=together(
                _DATA,
                halves((1024, 65535)),
            ),
        ),
        Example(
            title="the data tier to the world",
            resources=together(_DATA, line("out", 100, (443, 443), WORLD, egress=True)),
        ),
        Example(title="SSH into the application tier", resources=together(_APP, line("ssh", 100, (22, 22), WORLD))),
        Example(
            title="every protocol over IPv6",
            resources=together(
                _APP, line("all", 100, (0, 0), WORLD, cidr_block=None, ipv6_cidr_block="::/0", protocol="-1")
            ),
        ),
        Example(
            title="a port beside the load balancer's",
            resources=together(_PUBLIC, line("http", 100, (80, 80), WORLD)),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Look at every network ACL that is written down."""
        network = network_of(configuration)
        for item in network.acls.values():
            subnets = {name for name, place in network.subnets.items() if item.name in place.acls}
            is_data = _has_stores(configuration, network, subnets)
            for direction in Direction if is_data else (Direction.INGRESS,):
                allowed = NOTHING if is_data else _REPLIES | _doors(network, subnets)
                yield from _judge(
                    configuration, item, direction, allowed, "the data tier" if is_data else "its subnets"
                )


def _judge(
    configuration: Configuration, item: NetworkAcl, direction: Direction, allowed: Ranges, where: str
) -> Iterator[Finding]:
    lines = [one for one in item.lines(direction) if one.allow is not False]
    for exposure in world_exposures(one for one in lines if one.allow):
        if bad := exposure.services - allowed:
            yield from fail_named(
                configuration, exposure.name, f"{direction} of {describe(bad)} between {where} and the world"
            )
    for one in lines:
        could_be_world = isinstance(one.peer, Unknown) or bool(block_of(one.peer) & INTERNET)
        for expression in unknown_parts(one) if could_be_world else ():
            yield from unknown_named(configuration, one.name, f"not known before the apply: {expression}")


def _has_stores(configuration: Configuration, network: Network, subnets: set[str]) -> bool:
    stores = (party for party in network.parties.values() if party.kind is Kind.DATA_STORE)
    return bool(subnets & {name for party in stores for name in party.subnets}) or bool(
        subnets & _in_subnet_groups(configuration)
    )


def _in_subnet_groups(configuration: Configuration) -> set[str]:
    groups = configuration.of_type(*SUBNET_GROUPS)
    return {item.key for resource in groups for item in configuration.mentioned_in(list(resource.values("subnet_ids")))}


def _doors(network: Network, subnets: set[str]) -> Ranges:
    """Where load balancers listen in these subnets; the web's ports where nothing is known to stand there."""
    here = [party for party in network.parties.values() if subnets & set(party.subnets)]
    balancers = [party for party in here if party.kind is Kind.LOAD_BALANCER and party.public]
    if here or not any(_is_public(network, name) for name in subnets):
        return Ranges.union(party.ports for party in balancers if party.ports is not None)
    return _WEB


def _is_public(network: Network, subnet: str) -> bool:
    table = network.route_tables.get(network.subnets[subnet].route_table)
    return table is not None and any(route.target is Target.INTERNET_GATEWAY for route in table.routes)


rule = WorldLine()
