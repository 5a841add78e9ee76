"""Usage of the AWS quotas that lists in an environment file can exceed.

The number of rules between security groups is not checked: more worker groups exceed the quota of log groups in a saved
query first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from environments.derived import network_acl_rules as acl_rules
from environments.derived.dag_access import dag_access
from environments.derived.receivers import receivers
from environments.derived.role_usage import execution_role_characters, task_role_characters
from environments.derived.service_counts import service_counts
from environments.derived.teams import queues_of
from environments.facts import quotas
from environments.facts.quotas import Quota
from environments.model import Environment
from environments.sections.teams import Team

BASE_TASK_DEFINITION_BYTES = 12_000
"""A task definition without the lists below has up to 10,400 bytes (measured on synthesized JSON)."""
RECEIVER_BYTES = 1_200
"""Variables and secrets of a receiver of telemetry in the main container and the StatsD sidecar, without addresses."""
TEAM_BYTES = 700
"""Variables, bundle and secret of a team in the task definition of the dag-processor, without the texts of the file."""
VARIABLE_BYTES = len(', {"name": "", "value": ""}')
ONE_OFF_LOG_GROUPS = 1


@dataclass(frozen=True)
class Usage:
    """The part of a quota that a key uses.

    Attributes:
        path: the key.
        quota: the quota.
        used: how much the environment needs.
        each: how much one more item of the key needs.
        own: how much of the quota the environment needs without the key, where a message says so.
    """

    path: str
    quota: Quota
    used: int
    each: int
    own: int = 0

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
    client_rules = len(acl_rules.CLIENT_PORTS) * len(acl_rules.clients(environment))
    return (
        *_network_acls(environment),
        Usage("load_balancer.allowed_cidrs", quotas.SECURITY_GROUP_RULES, client_rules, 2),
        Usage("workers", quotas.SAVED_QUERY_LOG_GROUPS, _log_groups(environment), 1),
        _task_definition(environment),
        *_roles(environment),
    )


def _network_acls(environment: Environment) -> Iterator[Usage]:
    if environment.network.existing:
        return
    inbound, outbound = quotas.NETWORK_ACL_RULES, quotas.NETWORK_ACL_OUTBOUND_RULES
    yield Usage("load_balancer.allowed_cidrs", inbound, acl_rules.public_inbound(environment), 2)
    paths = [(f"{path}.egress", len(access.egress)) for path, _, access in dag_access(environment) if access.egress]
    if paths:
        longest = max(paths, key=lambda item: item[1])[0]
        used = max(acl_rules.public_outbound(environment), acl_rules.application_outbound(environment))
        yield Usage(longest, outbound, used, 1, own=used - acl_rules.destinations(environment))


def _roles(environment: Environment) -> Iterator[Usage]:
    for path, _, access in dag_access(environment):
        managed = sum(policy.arn is not None for policy in access.policies)
        if access.policies:
            yield Usage(f"{path}.policies", quotas.MANAGED_POLICIES, managed, 1)
            yield Usage(f"{path}.policies", quotas.INLINE_POLICY_CHARACTERS, task_role_characters(access), 1)
        if access.secrets:
            yield Usage(f"{path}.secrets", quotas.INLINE_POLICY_CHARACTERS, execution_role_characters(access), 1)


def _log_groups(environment: Environment) -> int:
    tasks = environment.ecs_executor is not None
    return len(service_counts(environment)) + ONE_OFF_LOG_GROUPS + environment.cleanup.enabled + tasks


def _task_definition(environment: Environment) -> Usage:
    """The size of the largest task definition: that of a worker or of the scheduler."""
    config = sum(_variable(name, value) for name, value in environment.airflow.config.items())
    copies = 2 if environment.dags.delivery == "git_sync" else 1
    hosts = copies * _variable("GITSYNC_KNOWN_HOSTS", "\n".join(environment.dags.known_hosts))
    queues = _variable(
        "AIRFLOW_METRICS_WORKER_GROUPS", json.dumps({g.name: list(g.queues) for g in environment.workers})
    )
    queues += 40 * len(environment.workers)  # the concurrency of each group
    teams = sum(_team(environment, team) for team in environment.teams)
    largest = max(
        ("airflow.config", config),
        ("dags.known_hosts", hosts),
        ("workers", queues),
        ("teams", teams),
        key=lambda part: part[1],
    )
    telemetry = sum(RECEIVER_BYTES + 2 * len(receiver.section.endpoint) for receiver in receivers(environment))
    used = BASE_TASK_DEFINITION_BYTES + config + telemetry + teams + max(hosts, queues)
    return Usage(largest[0], quotas.TASK_DEFINITION_BYTES, used, 1)


def _team(environment: Environment, team: Team) -> int:
    """Bytes of a team in the task definition of the dag-processor: its queues, its bundle, its repository and key."""
    texts = (*queues_of(environment, team), team.name, team.branch, team.subdirectory, 2 * team.repository)
    return TEAM_BYTES + sum(len(json.dumps(text)) for text in texts)


def _variable(name: str, value: str) -> int:
    """Bytes of a container's environment variable in JSON that is itself encoded as a JSON string."""
    return VARIABLE_BYTES + len(name) + len(json.dumps(value).encode()) if value else 0
