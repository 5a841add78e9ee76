"""Networks built from Terraform JSON, for the tests of the network model."""

from __future__ import annotations

from typing import Any

from terraform_gate.network.filters import Block, Unknown
from terraform_gate.network.model import Network
from terraform_gate.network.reach import Reach, decide
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.services import describe, service
from terraform_gate.rules.shared.endpoint_examples import database, ecs_service
from terraform_gate.rules.shared.network_examples import (
    egress_rule,
    ingress_rule,
    network_acl,
    security_group,
    vpc,
)
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.testing import configuration_from

BASE = merge(vpc(), security_group("web"), security_group("client"))


WEB = "example//aws_security_group.web"


def network(*parts: Resources, **blocks: Any) -> Network:
    return network_of(configuration_from(merge(*parts), **blocks))


def meaning(made: Network, name: str = WEB) -> set[tuple[str, str, str]]:
    found = set()
    for rule in made.groups[name].rules:
        peer = rule.peer.text if isinstance(rule.peer, Block) else str(rule.peer)
        found.add(
            (str(rule.direction), peer, describe(rule.services) if not isinstance(rule.services, Unknown) else "?")
        )
    return found


PAIR = merge(
    vpc(),
    security_group("scheduler"),
    security_group("database"),
    database(),
    ecs_service("scheduler", groups=("scheduler",)),
    egress_rule("sql", "scheduler", 5432, other="database"),
    ingress_rule("sql", "database", 5432, other="scheduler"),
)


def reach(
    *parts: Resources, port: int = 5432, source: str = "scheduler", destination: str = "database", **more: Any
) -> Reach:
    made = network(*parts, **more)
    return decide(made, made.endpoints[source], made.endpoints[destination], service=service("tcp", port)).reach


def data_acl(*entries: Resources) -> Resources:
    return merge(PAIR, network_acl("main", "data_a", "data_b"), *entries)
