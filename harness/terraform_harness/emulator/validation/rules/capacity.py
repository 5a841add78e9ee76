"""Capacity provider strategies of ECS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from terraform_harness.emulator.validation.requests import Call
from terraform_harness.emulator.validation.rules.rule import rule
from terraform_harness.emulator.validation.violation import Violation

ITEM = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html"
LARGEST = 20
FARGATE = {"FARGATE", "FARGATE_SPOT"}
Strategy = Sequence[Mapping[str, Any]]


@rule("ecs:CreateService", "ecs:UpdateService", "ecs:RunTask", "ecs:CreateTaskSet", source=ITEM)
def capacity_provider_strategy(call: Call) -> None:
    parameters = call.parameters
    strategy: Strategy = parameters.get("capacityProviderStrategy", ())
    if strategy and parameters.get("launchType"):
        raise _invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one")
    _check(strategy)
    name = str(parameters.get("cluster", "default")).rpartition("/")[2]
    cluster = call.backend("ecs").clusters.get(name)
    if cluster is not None:
        _check_associated(strategy, cluster.capacity_providers or (), name)


@rule("ecs:PutClusterCapacityProviders", "ecs:CreateCluster", source=ITEM)
def default_capacity_provider_strategy(call: Call) -> None:
    strategy: Strategy = call.parameters.get("defaultCapacityProviderStrategy", ())
    _check(strategy)
    name = call.parameters.get("cluster") or call.parameters.get("clusterName", "default")
    _check_associated(strategy, call.parameters.get("capacityProviders", ()), name)


def _check(strategy: Strategy) -> None:
    providers = [item["capacityProvider"] for item in strategy]
    if len(strategy) > LARGEST:
        raise _invalid(f"{len(strategy)} capacity providers in a strategy; the limit is {LARGEST}")
    if twice := sorted({name for name in providers if providers.count(name) > 1}):
        raise _invalid(f"The capacity provider strategy contains {', '.join(twice)} more than once")
    if 0 < len(FARGATE.intersection(providers)) < len(providers):
        raise _invalid("A capacity provider strategy cannot contain a mix of Fargate and Auto Scaling group providers")
    if sum(item.get("base", 0) > 0 for item in strategy) > 1:
        raise _invalid("Only one capacity provider in a capacity provider strategy can have a base defined")
    if strategy and not any(item.get("weight", 0) for item in strategy):
        raise _invalid("At least one capacity provider must have a weight value greater than zero specified")


def _check_associated(strategy: Strategy, associated: Sequence[str], cluster: str) -> None:
    if others := [item["capacityProvider"] for item in strategy if item["capacityProvider"] not in associated]:
        raise _invalid(f"The capacity provider {others[0]} is not associated with the cluster {cluster}")


def _invalid(message: str) -> Violation:
    return Violation("InvalidParameterException", message)
