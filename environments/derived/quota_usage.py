"""Usage of the AWS quotas that lists in an environment file can exceed.

The number of rules between security groups is not checked: more worker groups exceed the quota of log groups in a saved
query first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network

from environments.derived.service_counts import service_counts
from environments.facts import quotas
from environments.facts.git_servers import HTTPS_PORT, git_server
from environments.facts.quotas import Quota
from environments.model import Environment

BASE_TASK_DEFINITION_BYTES = 12_000
"""A task definition without the lists below has up to 10,400 bytes (measured on synthesized JSON)."""
VARIABLE_BYTES = len(', {"name": "", "value": ""}')
ONE_OFF_LOG_GROUPS = 1
DEFAULT_DENY = 1
"""The rule that denies what no other rule allows; it counts."""
CLIENT_PORTS = (443, 80)
REPLIES = (1024, 65535)


@dataclass(frozen=True)
class Usage:
    """The part of a quota that a key uses.

    Attributes:
        path: the key.
        quota: the quota.
        used: how much the environment needs.
        each: how much one more item of the key needs.
    """

    path: str
    quota: Quota
    used: int
    each: int

    @property
    def is_exceeded(self) -> bool:
        """True when AWS would reject the environment."""
        return self.used > self.quota.limit

    @property
    def left(self) -> int:
        """Number of further items that fit."""
        return max(0, (self.quota.limit - self.used) // self.each)

    def __str__(self) -> str:
        return f"{self.used:,} of {self.quota.limit:,} {self.quota.what}, {self.left:,} more fit"


def quota_usage(environment: Environment) -> tuple[Usage, ...]:
    """The usage of each quota that a key of ``environment`` can exceed."""
    clients = environment.load_balancer.allowed_cidrs or (environment.network.cidr,)
    usages = [
        Usage("load_balancer.allowed_cidrs", quotas.SECURITY_GROUP_RULES, len(CLIENT_PORTS) * len(clients), 2),
        Usage("workers", quotas.SAVED_QUERY_LOG_GROUPS, _log_groups(environment), 1),
        _task_definition(environment),
    ]
    if environment.network.existing is None:
        usages.insert(
            0,
            Usage(
                "load_balancer.allowed_cidrs",
                quotas.NETWORK_ACL_RULES,
                DEFAULT_DENY + public_acl_rules(environment, clients),
                2,
            ),
        )
    return tuple(usages)


def public_acl_rules(environment: Environment, clients: Iterable[str]) -> int:
    """Number of inbound rules of the network ACL of the public subnets (load balancer and NAT gateways)."""
    vpc = IPv4Network(environment.network.cidr)
    application = next(vpc.subnets(prefixlen_diff=2))
    rules = {((port, port), IPv4Network(client)) for client in clients for port in CLIENT_PORTS}
    if environment.network.egress == "none":
        rules.add((REPLIES, application))
    else:
        rules.add((REPLIES, IPv4Network("0.0.0.0/0")))
        rules |= {((port, port), application) for port in {HTTPS_PORT, _git_port(environment)}}
    return sum(not any(_covers(other, rule) for other in rules if other != rule) for rule in rules)


def _git_port(environment: Environment) -> int:
    dags = environment.dags
    server = git_server(dags.repository) if dags.repository and dags.delivery != "baked" else None
    return server.port if server else HTTPS_PORT


AclRule = tuple[tuple[int, int], IPv4Network]


def _covers(wide: AclRule, narrow: AclRule) -> bool:
    (low, high), block = wide
    return low <= narrow[0][0] and narrow[0][1] <= high and narrow[1].subnet_of(block)


def _log_groups(environment: Environment) -> int:
    return len(service_counts(environment)) + ONE_OFF_LOG_GROUPS + environment.cleanup.enabled


def _task_definition(environment: Environment) -> Usage:
    """The size of the largest task definition: that of a worker or of the scheduler."""
    config = sum(_variable(name, value) for name, value in environment.airflow.config.items())
    copies = 2 if environment.dags.delivery == "git_sync" else 1
    hosts = copies * _variable("GITSYNC_KNOWN_HOSTS", "\n".join(environment.dags.known_hosts))
    queues = _variable(
        "AIRFLOW_METRICS_WORKER_GROUPS", json.dumps({g.name: list(g.queues) for g in environment.workers})
    )
    queues += 40 * len(environment.workers)  # the concurrency of each group
    largest = max(
        ("airflow.config", config), ("dags.known_hosts", hosts), ("workers", queues), key=lambda part: part[1]
    )
    used = BASE_TASK_DEFINITION_BYTES + config + max(hosts, queues)
    return Usage(largest[0], quotas.TASK_DEFINITION_BYTES, used, 1)


def _variable(name: str, value: str) -> int:
    """Bytes of a container's environment variable in JSON that is itself encoded as a JSON string."""
    return VARIABLE_BYTES + len(name) + len(json.dumps(value).encode()) if value else 0
