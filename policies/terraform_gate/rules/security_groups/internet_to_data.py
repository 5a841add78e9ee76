"""AF_SG_4: a load balancer and an application stand between the internet and every data port."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.chains import Link, short_chains
from terraform_gate.network.reading.network import network_of
from terraform_gate.rule import Example
from terraform_gate.rules.shared.network_examples import WORLD, balancer, group, store, task, together, vpc, way_in
from terraform_gate.rules.shared.network_rule import GROUP_RULES, GROUPS, NetworkRule, fail_named, short

_BASE = together(vpc(), group("door"), group("web"), group("database"), store(), balancer())
_WORLD = way_in("world", "door", 443, cidr_ipv4=WORLD)
_WEB = together(way_in("requests", "web", 8080, other="door"), task("web", groups=("web",)))


class InternetToData(NetworkRule):
    """Follows ingress rules from group to group, cycles included, and from member to member."""

    id = "AF_SG_4"
    title = "Between the internet and a data port stand a load balancer and an application"
    severity = Severity.CRITICAL
    why = (
        "What the internet can reach will one day be taken over. If that machine may open the database's port, the "
        "data are gone with it, however harmless each single rule looks."
    )
    remediation = "Let only applications that sit behind the load balancer call the data port."
    references = ("FSBP RDS.46",)
    resource_types = (*GROUPS, *GROUP_RULES)
    passing = (
        Example(
            title="load balancer, application, database",
            resources=together(_BASE, _WORLD, _WEB, way_in("sql", "database", 5432, other="web")),
        ),
    )
    failing = (
        Example(
            title="the world calls the database",
            resources=together(_BASE, way_in("sql", "database", 5432, cidr_ipv4=WORLD)),
        ),
        Example(
            title="the load balancer may call the database",
            resources=together(_BASE, _WORLD, way_in("sql", "database", 5432, other="door")),
        ),
        Example(
            title="an application shares the load balancer's open group",
            resources=together(
                _BASE,
                _WORLD,
                task("web", groups=("web", "door")),
                way_in("sql", "database", 5432, other="web"),
            ),
        ),
        Example(
            title="a bastion, then an application, then the database, in a cycle",
            resources=together(
                _BASE,
                group("bastion"),
                way_in("ssh", "bastion", 22, cidr_ipv4=WORLD),
                way_in("jump", "web", 22, other="bastion"),
                way_in("back", "bastion", 22, other="web"),
                task("web", groups=("web",)),
                task("bastion", groups=("bastion",)),
                way_in("sql", "database", 5432, other="web"),
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Report the last rule of every chain that is too short."""
        for chain in short_chains(network_of(configuration)):
            yield from fail_named(configuration, chain[-1].rule, f"internet{''.join(_step(link) for link in chain)}")


def _step(link: Link) -> str:
    return f" -> {link.to} ({short(link.rule)})"


rule = InternetToData()
