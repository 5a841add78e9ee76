"""Rules between environments: distinct names, addresses and states, and no production weaker than another."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from environments.errors import Problem
from environments.facts.stacks import stack_names
from environments.facts.state import S3_PREFIX
from environments.facts.topology import uses_celery
from environments.model import Environment
from environments.rules.bootstrap_settings import bootstrap_conflicts
from environments.rules.dag_access import secrets_of_others
from environments.rules.shared_vpc import shared_vpc_conflicts

EGRESS = {"single_nat": 0, "nat_per_zone": 1, "none": 2}
"""Egress modes, weakest first."""


@dataclass(frozen=True)
class Strength:
    """A key whose value must be at least as strong in production as in any other environment."""

    path: str
    of: Callable[[Environment], int]
    shown: Callable[[Environment], object]


def _strength(section: str, key: str, *, ranks: Mapping[str, int] | None = None) -> Strength:
    def value(environment: Environment) -> object:
        found = getattr(getattr(environment, section), key)
        return len(found) if isinstance(found, tuple) else found

    def rank(environment: Environment) -> int:
        found = value(environment)
        return ranks[str(found)] if ranks else int(str(int(found)) if isinstance(found, bool) else str(found))

    return Strength(path=f"{section}.{key}", of=rank, shown=value)


STRENGTHS: tuple[Strength, ...] = (
    _strength("network", "zones"),
    _strength("network", "egress", ranks=EGRESS),
    _strength("network", "flow_logs"),
    _strength("load_balancer", "waf"),
    _strength("load_balancer", "access_logs"),
    _strength("load_balancer", "deletion_protection"),
    _strength("database", "multi_az"),
    _strength("database", "deletion_protection"),
    _strength("database", "final_snapshot"),
    _strength("database", "backup_retention_days"),
    _strength("database", "performance_insights"),
    _strength("broker", "replicas"),
    _strength("broker", "snapshot_retention_days"),
    _strength("logs", "retention_days"),
    _strength("logs", "s3_expiration_days"),
    _strength("alarms", "enabled"),
    _strength("cleanup", "enabled"),
)


def violations(environments: Sequence[Environment]) -> dict[str, list[Problem]]:
    """Problems, by the name of the environment whose file has to change."""
    found: dict[str, list[Problem]] = defaultdict(list)
    for rule in (
        _names,
        _states,
        _addresses,
        shared_vpc_conflicts,
        secrets_of_others,
        bootstrap_conflicts,
        _production,
    ):
        for name, problem in rule(environments):
            found[name].append(problem)
    return dict(found)


def state_address(environment: Environment, stack: str) -> str:
    """The location of the state of ``stack`` as a text that can be compared."""
    state = environment.state
    location = {
        "s3": f"s3://{state.bucket}/{S3_PREFIX}",
        "cloud": f"{state.hostname}/{state.organization}",
        "local": f"{state.path}",
    }[state.backend]
    return f"{location}/{stack}"


def _names(environments: Sequence[Environment]) -> Iterator[tuple[str, Problem]]:
    for first, second in combinations(environments, 2):
        if first.name == second.name:
            yield second.name, Problem("name", f"two environments are named {second.name!r}")


def _states(environments: Sequence[Environment]) -> Iterator[tuple[str, Problem]]:
    owners: dict[str, Environment] = {}
    for environment in environments:
        for stack in stack_names(environment.name):
            address = state_address(environment, stack)
            owner = owners.setdefault(address, environment)
            if owner is not environment:
                yield environment.name, Problem("state", f"{address} is already the state of {owner.name}")


def _addresses(environments: Sequence[Environment]) -> Iterator[tuple[str, Problem]]:
    for first, second in combinations(environments, 2):
        mine, theirs = ipaddress.ip_network(second.network.cidr), ipaddress.ip_network(first.network.cidr)
        if mine.overlaps(theirs) and not _share_a_vpc(first, second):
            yield (
                second.name,
                Problem(
                    "network.cidr",
                    f"{mine} overlaps {theirs} of {first.name}. Fix: use a block that overlaps no other",
                ),
            )


def _share_a_vpc(first: Environment, second: Environment) -> bool:
    existing, other = first.network.existing, second.network.existing
    return existing is not None and other is not None and existing.vpc_id == other.vpc_id


def _production(environments: Sequence[Environment]) -> Iterator[tuple[str, Problem]]:
    weaker = [environment for environment in environments if not environment.production]
    for production in (environment for environment in environments if environment.production):
        for strength in STRENGTHS:
            stronger = max(weaker, key=strength.of, default=production)
            if strength.of(stronger) > strength.of(production) and _comparable(strength, stronger, production):
                yield (
                    production.name,
                    Problem(
                        strength.path,
                        f"production must not be weaker than {stronger.name}: at least "
                        f"{_text(strength.shown(stronger))}, got {_text(strength.shown(production))}",
                    ),
                )


def _comparable(strength: Strength, first: Environment, second: Environment) -> bool:
    """Brokers are compared when both environments have one; networks when both environments create theirs."""
    if strength.path.startswith("broker."):
        return uses_celery(first.topology) and uses_celery(second.topology)
    return not strength.path.startswith("network.") or (first.network.existing or second.network.existing) is None


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
