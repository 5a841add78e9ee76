"""AF_SG_4: traffic from the internet passes a load balancer and an application before it reaches a data port."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.internet_paths import Link, short_paths
from terraform_gate.network.reading.network import network_of
from terraform_gate.rule import Example
from terraform_gate.rules.shared.endpoint_examples import database, ecs_service, load_balancer, network_load_balancer
from terraform_gate.rules.shared.network_examples import ANYWHERE, ingress_rule, security_group, vpc
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named, short
from terraform_gate.rules.shared.resources import merge

_BASE = merge(
    vpc(), security_group("public"), security_group("web"), security_group("database"), database(), load_balancer()
)
_INTERNET = ingress_rule("internet", "public", 443, cidr_ipv4=ANYWHERE)
_WEB = merge(ingress_rule("requests", "web", 8080, other="public"), ecs_service("web", groups=("web",)))


class InternetToData(NetworkRule):
    """Follows ingress rules from group to group and from endpoint to endpoint, through cycles."""

    id = "AF_SG_4"
    title = "Traffic from the internet passes a load balancer and an application before it reaches a data port"
    severity = Severity.CRITICAL
    why = (
        "An internet-facing host is the most likely one to be compromised. If it can connect to a data "
        "port, the data is exposed, even though every single rule looks harmless."
    )
    remediation = "Allow only applications behind the load balancer to connect to the data port."
    references = ("FSBP RDS.46",)
    resource_types = (*GROUPS, *GROUP_RULES)
    passing = (
        Example(
            title="a network load balancer without security groups, and a database for the application's subnet only",
            resources=merge(
                vpc(),
                security_group("database"),
                database(),
                network_load_balancer(),
                ingress_rule("sql", "database", 5432, cidr_ipv4="10.0.2.0/24"),
            ),
        ),
        Example(
            title="load balancer, application, database",
            resources=merge(_BASE, _INTERNET, _WEB, ingress_rule("sql", "database", 5432, other="web")),
        ),
    )
    failing = (
        Example(
            title="the database accepts traffic from 0.0.0.0/0",
            resources=merge(_BASE, ingress_rule("sql", "database", 5432, cidr_ipv4=ANYWHERE)),
        ),
        Example(
            title="the database accepts traffic from a public network",
            resources=merge(_BASE, ingress_rule("sql", "database", 5432, cidr_ipv4="203.0.113.0/24")),
        ),
        Example(
            title="the database accepts traffic from the load balancer",
            resources=merge(_BASE, _INTERNET, ingress_rule("sql", "database", 5432, other="public")),
        ),
        Example(
            title="the database accepts traffic from the subnets of a network load balancer without security groups",
            resources=merge(
                vpc(),
                security_group("database"),
                database(),
                network_load_balancer(),
                ingress_rule("sql", "database", 5432, cidr_ipv4="10.0.0.0/23"),
            ),
        ),
        Example(
            title="an application is a member of the load balancer's security group",
            resources=merge(
                _BASE,
                _INTERNET,
                ecs_service("web", groups=("web", "public")),
                ingress_rule("sql", "database", 5432, other="web"),
            ),
        ),
        Example(
            title="bastion, application, database, with a cycle",
            resources=merge(
                _BASE,
                security_group("bastion"),
                ingress_rule("ssh", "bastion", 22, cidr_ipv4=ANYWHERE),
                ingress_rule("jump", "web", 22, other="bastion"),
                ingress_rule("back", "bastion", 22, other="web"),
                ecs_service("web", groups=("web",)),
                ecs_service("bastion", groups=("bastion",)),
                ingress_rule("sql", "database", 5432, other="web"),
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Report the last rule of every path that is too short."""
        for path in short_paths(network_of(configuration)):
            yield from fail_named(configuration, path[-1].rule, f"internet{''.join(_step(link) for link in path)}")


def _step(link: Link) -> str:
    return f" -> {link.to} ({short(link.rule)})"


rule = InternetToData()
