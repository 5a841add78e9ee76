"""The rules of the network ACLs of a new VPC, counted as ``modules/constructs/network_acls.py`` writes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network

from environments.derived.dag_access import dag_access
from environments.derived.receivers import receivers
from environments.facts.git_servers import HTTPS_PORT, git_server
from environments.facts.topology import is_standalone, uses_celery, uses_local_executor
from environments.model import Environment

AclRule = tuple[tuple[int, int], IPv4Network]

CLIENT_PORTS = (443, 80)
API_PORT, WORKER_LOG_PORT, TRIGGERER_LOG_PORT, DATABASE_PORT, BROKER_PORT = 8080, 8793, 8794, 5432, 6379
REPLIES = (1024, 65535)
REPLIES_TO_TASKS = (32768, 61000)
INTERNET = IPv4Network("0.0.0.0/0")


def public_inbound(environment: Environment) -> int:
    """Number of inbound rules of the public subnets (load balancer and NAT gateways)."""
    application = _application(environment)
    rules: set[AclRule] = {(_one(port), client) for client in clients(environment) for port in CLIENT_PORTS}
    if environment.network.egress == "none":
        rules.add((REPLIES, application))
    else:
        rules.add((REPLIES, INTERNET))
        rules |= {(ports, application) for ports, _ in _through_nat(environment)}
    return _count(rules)


def public_outbound(environment: Environment) -> int:
    """Number of outbound rules of the public subnets."""
    application = _application(environment)
    rules: set[AclRule] = {(REPLIES, client) for client in clients(environment)}
    rules.add((_one(API_PORT), application))
    if environment.network.egress != "none":
        rules |= {(REPLIES_TO_TASKS, application), *_through_nat(environment)}
    return _count(rules)


def application_outbound(environment: Environment) -> int:
    """Number of outbound rules of the application subnets (Fargate tasks)."""
    application, data, public = _application(environment), _tier(environment, 5), _tier(environment, 4)
    rules: set[AclRule] = {
        (_one(HTTPS_PORT), INTERNET),
        (_one(DATABASE_PORT), data),
        (REPLIES, public),
        *_through_nat(environment),
        *_to_security_groups(environment),
    }
    if uses_celery(environment.topology):
        rules.add((_one(BROKER_PORT), data))
    if not is_standalone(environment.topology):
        workers = environment.workers or uses_local_executor(environment.topology)
        ports = (API_PORT, TRIGGERER_LOG_PORT, *((WORKER_LOG_PORT,) if workers else ()))
        rules |= {(_one(port), application) for port in ports} | {(REPLIES_TO_TASKS, application)}
    if environment.network.egress == "none" or _to_security_groups(environment):
        rules.add((REPLIES_TO_TASKS, application))
    return _count(rules)


def destinations(environment: Environment) -> int:
    """Number of the different destinations of DAGs; each needs a rule."""
    return len({*_destinations(environment), *_to_security_groups(environment)})


def clients(environment: Environment) -> tuple[IPv4Network, ...]:
    """The blocks that may connect to the load balancer."""
    return tuple(map(IPv4Network, environment.load_balancer.allowed_cidrs or (environment.network.cidr,)))


def _through_nat(environment: Environment) -> set[AclRule]:
    if environment.network.egress == "none":
        return set()
    own = {(_one(port), INTERNET) for port in {HTTPS_PORT, _git_port(environment), *_receiver_ports(environment)}}
    return own | set(_destinations(environment))


def _destinations(environment: Environment) -> Iterator[AclRule]:
    for _, _, access in dag_access(environment):
        for egress in access.egress:
            if egress.cidr:
                yield egress.ports, IPv4Network(egress.cidr)


def _to_security_groups(environment: Environment) -> set[AclRule]:
    entries = (egress for _, _, access in dag_access(environment) for egress in access.egress)
    return {(egress.ports, _application(environment)) for egress in entries if egress.security_group}


def _git_port(environment: Environment) -> int:
    dags = environment.dags
    server = git_server(dags.repository) if dags.repository and dags.delivery in {"git_sync", "git_bundle"} else None
    return server.port if server else HTTPS_PORT


def _receiver_ports(environment: Environment) -> set[int]:
    return {receiver.address.port for receiver in receivers(environment) if receiver.section.cidr is None}


def _application(environment: Environment) -> IPv4Network:
    return next(IPv4Network(environment.network.cidr).subnets(prefixlen_diff=2))


def _tier(environment: Environment, index: int) -> IPv4Network:
    return list(IPv4Network(environment.network.cidr).subnets(prefixlen_diff=4))[index]


def _one(port: int) -> tuple[int, int]:
    return port, port


def _count(rules: Iterable[AclRule]) -> int:
    """Number of the rules that no other rule covers."""
    every = set(rules)
    return sum(not any(_covers(other, rule) for other in every if other != rule) for rule in every)


def _covers(wide: AclRule, narrow: AclRule) -> bool:
    (low, high), block = wide
    return low <= narrow[0][0] and narrow[0][1] <= high and narrow[1].subnet_of(block)
