"""Rules of the two stacks' modules that depend on the structure: network, git server, capacity."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from environments.derived.connection_budget import connection_shares
from environments.derived.service_counts import most_airflow_tasks, service_counts
from environments.facts.quotas import CERTIFICATE_NAME_CHARACTERS, ROLE_NAME_CHARACTERS
from environments.facts.topology import scheduling_component, uses_local_executor
from environments.model import Environment
from environments.rules.airflow import GIT
from environments.rules.network import (
    APPLICATION_SUBNETS,
    AWS_RESERVED,
    ENDPOINTS,
    LARGEST_PREFIX,
    PRIVATE,
    SMALLEST_PREFIX,
)
from environments.rules.timeouts import COLD_START_SECONDS
from environments.sections.compute import LONGEST_STOP_SECONDS
from modules.export.deferred_numbers import DeferredNumber
from modules.export.deferred_values import HTTPS
from modules.export.examples import NOT_GIVEN
from modules.export.field_inputs import Rejected
from modules.export.inputs import Rule, with_rules
from modules.export.module_inputs import ModuleInputs
from modules.export.worker_groups import EXAMPLE, VARIABLE, smallest_group

CONNECTIONS, TASKS = "database_connections", "fargate_tasks"
HOSTS = "dags_known_hosts"
_HOST_KEY = "git.example.com ssh-ed25519 KEY"
_HOST = 'try(regex("^ssh://(?:[^@/]+@)?([^:/]+)", var.dags_repository)[0], regex("@([^:]+):", var.dags_repository)[0])'


def cidr_rules(name: str) -> tuple[Rule, ...]:
    """The rules of the block of a new VPC: its size, and private addresses."""
    prefix = f'tonumber(split("/", var.{name})[1])'
    first = "|".join(str(block).split(".0", 1)[0].replace(".", "[.]") for block in PRIVATE if block.prefixlen != 12)
    private = json.dumps(f"^({first}|172[.](1[6-9]|2[0-9]|3[01]))[.]")
    return (
        Rule(
            condition=f"try({prefix} >= {LARGEST_PREFIX} && {prefix} <= {SMALLEST_PREFIX}, false)",
            message=f"{name} must have a size of /{LARGEST_PREFIX} to /{SMALLEST_PREFIX}.",
            rejected="10.0.0.0/24",
        ),
        Rule(
            condition=f"can(regex({private}, var.{name}))",
            message=f"{name} must be within {', '.join(map(str, PRIVATE))}.",
            rejected="192.0.0.0/16",
        ),
    )


def declare_rules(inputs: ModuleInputs) -> None:
    """Add the rules that depend on the structure to the variables of both stacks."""
    structure = inputs.structure
    inputs.group_rules = tuple(_of_groups(structure)) if structure.workers else ()
    found: dict[str, tuple[Rule, ...]] = {}
    if structure.network.existing is None:
        found["network_cidr"] = cidr_rules("network_cidr")
    limit = CERTIFICATE_NAME_CHARACTERS.limit
    if structure.load_balancer.makes_certificate:
        name = "load_balancer_domain_name"
        found[name] = (
            Rule(
                condition=f"length(var.{name}) <= {limit}",
                message=f"{name} must have at most {limit} characters: the limit of a certificate's common name.",
                rejected=f"{'a' * limit}.example.org",
            ),
        )
    if uses_local_executor(structure.topology):
        name = f"components_{scheduling_component(structure.topology)}_count"
        only = Rule(
            condition=f"var.{name} == 1",
            message=f"{name} must be 1: the topology {structure.topology} has one scheduler.",
            rejected=2,
        )
        found[name] = (only,)
    heartbeat, name = structure.airflow.task_heartbeat_timeout_seconds, "airflow_task_queued_timeout_seconds"
    least = max(heartbeat, COLD_START_SECONDS - 1 if structure.ecs_executor else 0)
    found[name] = (
        Rule(
            condition=f"var.{name} > {least}",
            message=f"{name} must exceed {least}: Airflow must notice a missing heartbeat first.",
            rejected=least,
        ),
    )
    for name, rules in found.items():
        if name in inputs.variables:
            inputs.variables[name] = with_rules(inputs.variables[name], *rules)
    if structure.dags.delivery in GIT and not (structure.dags.repository or "").startswith(HTTPS):
        _declare_host_keys(inputs)


def _declare_host_keys(inputs: ModuleInputs) -> None:
    """Git over SSH needs a host key of the server; lines that are hashed or have a pattern are not compared."""
    named = f'startswith(line, "|1|") || strcontains(line, "*") || strcontains(lower(line), lower({_HOST}))'
    rule = Rule(
        condition=f"anytrue([for line in var.{HOSTS} : {named}])",
        message=f"{HOSTS} must have a line with the server of dags_repository.",
        rejected=["another.example.com ssh-ed25519 AAAA"],
        others=("dags_repository",),
    )
    variable = with_rules(inputs.variables[HOSTS], rule)
    inputs.variables[HOSTS] = replace(variable, default=NOT_GIVEN, example=[_HOST_KEY])


def _of_groups(structure: Environment) -> Iterator[Rule]:
    smallest = smallest_group(structure)
    role = "${var.name_prefix}-${var.name}-worker-${name}-exec"
    yield Rule(
        condition=f'alltrue([for name in keys(var.{VARIABLE}) : length("{role}") <= {ROLE_NAME_CHARACTERS.limit}])',
        message=f"Each name in {VARIABLE} must be so short that the name of its role, "
        f"<name_prefix>-<name>-worker-<group>-exec, has at most {ROLE_NAME_CHARACTERS.limit} characters.",
        rejected={"g" * 20: smallest},
        others=("name_prefix", "name"),
        given={"name_prefix": "p" * 16, "name": "n" * 15},
    )
    timeout, retries = "airflow_task_queued_timeout_seconds", "airflow_default_task_retries"
    started = f"group.min_count > 0 || var.{timeout} >= {COLD_START_SECONDS} + group.scale_out_cooldown_seconds"
    yield Rule(
        condition=f"alltrue([for group in values(var.{VARIABLE}) : {started}])",
        message=f"Each group in {VARIABLE} with min_count 0 must start its first worker within {timeout}: the start "
        f"takes {COLD_START_SECONDS} seconds and scale_out_cooldown_seconds.",
        rejected={EXAMPLE: {**smallest, "min_count": 0, "scale_out_cooldown_seconds": 3600}},
        others=(timeout,),
    )
    heartbeat = structure.airflow.task_heartbeat_timeout_seconds
    if heartbeat < LONGEST_STOP_SECONDS:  # otherwise the queued timeout, which exceeds it, exceeds every stop timeout
        stopped = f"group.stop_timeout_seconds < var.{timeout}"
        yield Rule(
            condition=f"alltrue([for group in values(var.{VARIABLE}) : {stopped}])",
            message=f"stop_timeout_seconds of each group in {VARIABLE} must be less than {timeout}.",
            rejected={EXAMPLE: {**smallest, "stop_timeout_seconds": LONGEST_STOP_SECONDS}},
            others=(timeout,),
            given={timeout: max(60, heartbeat + 1)},
        )
    yield Rule(
        condition=f"var.{retries} > 0 || alltrue([for group in values(var.{VARIABLE}) : group.spot_percent == 0])",
        message=f"spot_percent of each group in {VARIABLE} must be 0 while {retries} is 0: AWS interrupts workers.",
        rejected={EXAMPLE: {**smallest, "spot_percent": 50}},
        others=(retries,),
        given={retries: 0},
    )


def with_capacity_checks(environment: Environment, inputs: ModuleInputs) -> None:
    """Preconditions of the cluster: the database and the subnets hold all Fargate tasks at the largest scale.

    Args:
        environment: the deferred environment; its numbers become Terraform expressions.
        inputs: gets the local values and the preconditions.
    """
    if not environment.database.proxy:
        needed = sum(share.connections for share in connection_shares(environment))
        inputs.locals[CONNECTIONS] = _expression(needed)
        inputs.preconditions.append(
            {
                "condition": f"${{local.{CONNECTIONS} <= local.max_connections[var.database_instance_class]}}",
                "error_message": f"${{var.database_instance_class}} accepts too few connections: at the largest scale, "
                f"Airflow needs ${{local.{CONNECTIONS}}}. Fix: use a larger class, smaller pools or fewer workers.",
            }
        )
        _declare_rejected(inputs, "too_few_connections", {"max_count": 500, "concurrency": 16}, {})
    if environment.network.existing is None:
        services = sum(most for _, most in service_counts(environment).values())
        inputs.locals[TASKS] = _expression(2 * services + most_airflow_tasks(environment))
        inputs.preconditions.append(_addresses(environment))
        others = {"network_cidr": f"10.0.0.0/{SMALLEST_PREFIX}", "database_instance_class": "db.r7g.4xlarge"}
        _declare_rejected(inputs, "too_few_addresses", {"max_count": 400, "concurrency": 1}, others)


def _declare_rejected(inputs: ModuleInputs, test: str, group: Mapping[str, Any], others: Mapping[str, Any]) -> None:
    """A worker group that a precondition rejects; the memory is enough for its slots."""
    if inputs.structure.workers:
        groups = {EXAMPLE: {**smallest_group(inputs.structure), "cpu": 1024, "memory_mib": 4096, **group}}
        inputs.rejected[test] = Rejected("aws_ecs_cluster.cluster", {VARIABLE: groups, **others})


def _addresses(environment: Environment) -> Mapping[str, Any]:
    zones, none = len(environment.network.zones), environment.network.egress == "none"
    taken = AWS_RESERVED + (ENDPOINTS if none else 0)
    offered = f'{zones} * (pow(2, 32 - split("/", var.network_cidr)[1]) / {APPLICATION_SUBNETS} - {taken})'
    return {
        "condition": f"${{local.{TASKS} <= {offered}}}",
        "error_message": "The application subnets of network_cidr have too few addresses: at the largest scale and "
        f"during a deployment, ${{local.{TASKS}}} Fargate tasks run. Fix: use a larger block or fewer workers.",
    }


def _expression(number: float) -> str:
    return f"${{{number.expression}}}" if isinstance(number, DeferredNumber) else f"${{{number}}}"
