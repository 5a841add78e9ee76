"""Where DAGs may connect to: the rules of environments.rules.egress as conditions on each item of a variable."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from environments.model import Environment
from environments.rules.egress import HTTPS_PORT, STORE_PORTS
from modules.export.inputs import Rule

# Addresses of RFC 1918 and RFC 6598, with the prefix lengths that are inside of their blocks.
_PRIVATE = (
    r"^(10[.].*/([89]|[12][0-9]|3[0-2])|172[.](1[6-9]|2[0-9]|3[01])[.].*/(1[2-9]|2[0-9]|3[0-2])"
    r"|192[.]168[.].*/(1[6-9]|2[0-9]|3[0-2])|100[.](6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])[.].*/([12][0-9]|3[0-2]))$"
)
PRIVATE = f"can(regex({json.dumps(_PRIVATE)}, item.cidr))"
_LAST_PORT = "coalesce(item.last_port, item.port)"
_INTERNET = "0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class Scope:
    """What the rules of a module depend on.

    Attributes:
        existing: the VPC is not created by this project.
        nat: the application subnets reach public addresses through NAT.
        vpc: the variable with the CIDR block of the VPC.
        groups: the smallest worker group that the module accepts, if it has ``worker_groups``.
    """

    existing: bool
    nat: bool
    vpc: str
    groups: Mapping[str, Any] | None = None


def scope_of(structure: Environment, *, vpc: str = "network_cidr", groups: Mapping[str, Any] | None = None) -> Scope:
    """The scope of a module with the structure of ``structure``."""
    network = structure.network
    return Scope(existing=network.existing is not None, nat=network.egress != "none", vpc=vpc, groups=groups)


def placement_rules(scope: Scope) -> Iterator[Rule]:
    """Rules of a destination: outside of the environment, with a way to it."""
    yield _rule(
        f'item.cidr == "{_INTERNET}" ? item.port == {_LAST_PORT} && !contains({sorted(STORE_PORTS)}, item.port) : true',
        f"must not open {_INTERNET} on a range of ports, or on the port of the database or the broker.",
        {"cidr": _INTERNET, "port": min(STORE_PORTS)},
    )
    if scope.nat:
        yield _rule(
            f"item.cidr == null || {PRIVATE} ? true : item.port > {HTTPS_PORT} || {_LAST_PORT} < {HTTPS_PORT}",
            f"must not be port {HTTPS_PORT} of public addresses, which is open for every component.",
            {"port": HTTPS_PORT},
        )
    if scope.existing:
        return
    yield _rule(
        f'item.cidr == null || item.cidr == "{_INTERNET}" ? true : !{_overlaps(f"var.{scope.vpc}")}',
        f"must not overlap {scope.vpc}: name a security_group in the VPC.",
        {"cidr": "10.0.0.0/24"},
        others=(scope.vpc,),
    )
    yield _rule(
        f"item.cidr == null ? true : {_overlaps(f'var.{scope.vpc}')} || !{PRIVATE}",
        "must not be private: the VPC of this module has no route to it.",
        {"cidr": "192.168.0.0/24"},
        others=(scope.vpc,),
    )
    if not scope.nat:
        yield _rule(
            f"item.cidr == null || {PRIVATE}",
            "must not be public: the egress mode none has no route to it.",
            {},
        )


def _rule(condition: str, message: str, rejected: Mapping[str, Any], others: tuple[str, ...] = ()) -> Rule:
    return Rule(condition=condition, message=message, rejected=rejected, others=others)


def _overlaps(vpc: str) -> str:
    """Both blocks have the same first address, with the shorter one of their prefixes."""
    prefix = f'min(split("/", item.cidr)[1], split("/", {vpc})[1])'
    first, second = (f'cidrhost("${{split("/", {block})[0]}}/${{{prefix}}}", 0)' for block in ("item.cidr", vpc))
    return f"try({first} == {second}, false)"
