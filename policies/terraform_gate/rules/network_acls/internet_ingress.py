"""AF_NACL_4: network ACLs limit internet traffic to listener ports and replies, and block it in the data tier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.exposure import internet_exposures, may_be_internet, unknown_parts
from terraform_gate.network.analysis.tiers import data_subnets, endpoints_in, has_internet_route
from terraform_gate.network.filters import AclEntry, Direction
from terraform_gate.network.model import Kind, Network
from terraform_gate.network.ranges import NOTHING, Ranges
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import TCP, UDP, describe, ephemeral, services
from terraform_gate.rule import Example
from terraform_gate.rules.shared.acl_examples import split_internet, subnet_with_acl
from terraform_gate.rules.shared.endpoint_examples import database, ecs_service, load_balancer
from terraform_gate.rules.shared.network_examples import ANYWHERE, acl_entry, network_acl, security_group, vpc
from terraform_gate.rules.shared.network_rule import ACL_RULES, ACLS, NetworkRule, fail_named, unknown_named
from terraform_gate.rules.shared.resources import merge

_DATA = merge(vpc(), security_group("database"), database(), network_acl("main", "data_a", "data_b"))
_PUBLIC = merge(vpc(), security_group("public"), load_balancer(), network_acl("main", "public_a", "public_b"))
_APP = subnet_with_acl("app")
_EPHEMERAL = ephemeral(TCP, 1024, 65535) | ephemeral(UDP, 1024, 65535)
_HIGH = ephemeral(TCP, 32768, 65535) | ephemeral(UDP, 32768, 65535)
_WITH_LOW_PORTS = ("aws_lambda_function", "aws_eks_cluster", "aws_transfer_server")
"""Resource types whose network interfaces send from ports below 32768, wherever they are."""
_CLIENT_PORTS = ((32768, 60999), (49152, 65535))
"""Ephemeral ports of Linux and Windows. Source: Amazon VPC user guide, ephemeral ports in custom network ACLs."""
_WEB = services("tcp", 80, 80) | services("tcp", 443, 443)


class InternetAclEntry(NetworkRule):
    """Checks the union of all allow entries for ingress; for the data tier both directions, replies included."""

    id = "AF_NACL_4"
    title = (
        "Network ACLs allow internet traffic only to load balancer listeners and as replies, and none in the data tier"
    )
    severity = Severity.HIGH
    why = (
        "A network ACL is the second line of defense. If it allows traffic from the internet, one wrong "
        "security-group rule exposes the subnet."
    )
    remediation = (
        "Allow only the CIDR blocks of the tiers that connect to this tier. Allow 0.0.0.0/0 only for listener "
        "ports in the public tier and for reply ports."
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
            title="the application tier to the data tier",
            resources=merge(_DATA, acl_entry("database", 100, (5432, 5432), "10.0.2.0/24")),
        ),
        Example(
            title="the internet to the load balancer",
            resources=merge(
                _PUBLIC,
                acl_entry("https", 100, (443, 443), ANYWHERE),
                acl_entry("replies", 110, (1024, 65535), ANYWHERE),
            ),
        ),
    )
    failing = (
        Example(
            title="the internet to every port of the data tier",
            resources=merge(_DATA, acl_entry("all", 100, (0, 65535), ANYWHERE)),
        ),
        Example(
            title="replies from the internet to the data tier, in two halves",
            resources=merge(
                _DATA,
                split_internet((1024, 65535)),
            ),
        ),
        Example(
            title="the data tier to the internet",
            resources=merge(_DATA, acl_entry("out", 100, (443, 443), ANYWHERE, egress=True)),
        ),
        Example(
            title="SSH from the internet to the application tier",
            resources=merge(_APP, acl_entry("ssh", 100, (22, 22), ANYWHERE)),
        ),
        Example(
            title="RDP from the internet, inside the range of ephemeral ports",
            resources=merge(_PUBLIC, acl_entry("rdp", 100, (3389, 3389), ANYWHERE)),
        ),
        Example(
            title="RDP inside the reply range of a private subnet, whose tasks use ports from 32768",
            resources=merge(
                vpc(),
                security_group("web"),
                ecs_service("web", groups=("web",)),
                network_acl("main", "app_a"),
                acl_entry("replies", 100, (1024, 65535), ANYWHERE),
            ),
        ),
        Example(
            title="a range of service ports that is no range of ephemeral ports",
            resources=merge(_APP, acl_entry("services", 100, (1024, 10000), ANYWHERE)),
        ),
        Example(
            title="all protocols from ::/0",
            resources=merge(
                _APP, acl_entry("all", 100, (0, 0), ANYWHERE, cidr_block=None, ipv6_cidr_block="::/0", protocol="-1")
            ),
        ),
        Example(
            title="a port without a listener in the public tier",
            resources=merge(_PUBLIC, acl_entry("http", 100, (80, 80), ANYWHERE)),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check every network ACL."""
        network = network_of(configuration)
        data = data_subnets(configuration, network)
        for acl in network.acls.values():
            subnets = {name for name, subnet in network.subnets.items() if acl.name in subnet.acls}
            if subnets & data:
                for direction in Direction:
                    entries = acl.in_order(direction)
                    yield from _evaluate(configuration, entries, direction, NOTHING, where="the data tier")
            else:
                replies = _reply_ports(configuration, network, subnets)
                entries = acl.in_order(Direction.INGRESS)
                requests = [entry for entry in entries if not _allows_only_replies(entry, replies)]
                allowed = _listener_ports(network, subnets)
                yield from _evaluate(configuration, requests, Direction.INGRESS, allowed, where="its subnets")


def _evaluate(
    configuration: Configuration, entries: Sequence[AclEntry], direction: Direction, allowed: Ranges, *, where: str
) -> Iterator[Finding]:
    for exposure in internet_exposures(entry for entry in entries if entry.allow):
        if bad := exposure.services - allowed:
            what = f"{direction} entries allow {describe(bad)} between {where} and the internet"
            yield from fail_named(configuration, exposure.name, what)
    for entry in entries:
        for expression in unknown_parts(entry) if entry.allow is not False and may_be_internet(entry.peer) else ():
            yield from unknown_named(configuration, entry.name, f"not known before the apply: {expression}")


def _reply_ports(configuration: Configuration, network: Network, subnets: set[str]) -> Ranges:
    """The ports that clients in the subnets can use.

    Load balancers, NAT gateways and functions use 1024 to 65535, tasks and hosts 32768 and above: in private subnets of
    tasks and hosts, a range that includes 3389 opens service ports. Source: as for the ranges of clients.
    """
    here = endpoints_in(network, subnets)
    is_private = here and not any(endpoint.kind is Kind.LOAD_BALANCER for endpoint in here)
    if not is_private or any(has_internet_route(network, name) for name in subnets):
        return _EPHEMERAL
    return _EPHEMERAL if configuration.of_type(*_WITH_LOW_PORTS) else _HIGH


def _allows_only_replies(entry: AclEntry, replies: Ranges) -> bool:
    """Whether an entry is limited to ephemeral ports and covers one of the known ranges; 3389 alone is a request."""
    if not isinstance(entry.services, Ranges) or not entry.services <= replies:
        return False
    return any(ephemeral(protocol, *ports) <= entry.services for protocol in (TCP, UDP) for ports in _CLIENT_PORTS)


def _listener_ports(network: Network, subnets: set[str]) -> Ranges:
    """The listener ports of load balancers in these subnets; 80 and 443 in public subnets without known endpoint."""
    here = endpoints_in(network, subnets)
    if not here and any(has_internet_route(network, name) for name in subnets):
        return _WEB
    balancers = [endpoint for endpoint in here if endpoint.kind is Kind.LOAD_BALANCER and endpoint.public]
    return Ranges.union(endpoint.ports for endpoint in balancers if endpoint.ports is not None)


rule = InternetAclEntry()
