"""The scaling policy of a worker group as it is deployed, read from the synthesized Terraform JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.cost.prices import price_list

PUBLISH_SECONDS = 60.0
"""Default of AIRFLOW_METRICS_PERIOD (docker/airflow_fargate/metrics.py)."""


class DeployedError(Exception):
    """The stack has no such worker group, or the group has no step scaling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Change of the number of workers for differences from the threshold in ``[lower, upper)`` (or mirrored)."""

    lower: float
    upper: float
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """An alarm and its step scaling policy.

    Args:
        threshold: of wanted minus desired workers.
        periods: evaluated datapoints, all of which must breach.
        period: seconds of a datapoint.
        cooldown: seconds.
    """

    threshold: float
    periods: int
    period: float
    cooldown: float
    steps: tuple[Step, ...]

    def change(self, difference: float) -> int:
        """The change for a difference that breaches."""
        beyond = difference - self.threshold
        return next((step.change for step in self.steps if step.lower <= beyond < step.upper), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """Settings of a worker group.

    Args:
        least, most: bounds of the scalable target.
        concurrency: Airflow tasks that one worker runs at a time.
        publish_seconds: period in which the sidecar publishes the load.
        usd_per_hour: on-demand price of a worker; None where the price of its region is not known.
    """

    group: str
    least: int
    most: int
    concurrency: int
    publish_seconds: float
    usd_per_hour: float | None
    out: Reaction
    back: Reaction


def read(stack: Path, group: str) -> Deployed:
    """Read the settings of ``group`` from the folder of a synthesized stack, ``cdktf.out/stacks/<name>-airflow``.

    Raises:
        DeployedError: the folder is no such stack, or has no such group.
    """
    try:
        document = json.loads((stack / "cdk.tf.json").read_text("utf-8"))
        resources, region = document["resource"], str(document["provider"]["aws"][0]["region"])
    except (OSError, ValueError, KeyError) as error:
        raise DeployedError(f"{stack} is no synthesized stack: {error}. Fix: make synth") from None
    service = f"worker-{group}"
    targets = {item["resource_id"].rsplit("/", 1)[1]: item for item in _of(resources, "aws_appautoscaling_target")}
    if service not in targets:
        known = [name.removeprefix("worker-") for name in sorted(targets) if name.startswith("worker-")]
        raise DeployedError(f"{stack.name} has no worker group {group!r}. Allowed: {', '.join(known)}")
    return Deployed(
        group=group,
        least=targets[service]["min_capacity"],
        most=targets[service]["max_capacity"],
        concurrency=int(_variable(resources, "AIRFLOW_WORKER_CONCURRENCY", service)),
        publish_seconds=float(_variable(resources, "AIRFLOW_METRICS_PERIOD", "") or PUBLISH_SECONDS),
        usd_per_hour=_usd_per_hour(resources, service, region),
        out=_reaction(resources, f"{service}-out", rising=True),
        back=_reaction(resources, f"{service}-in", rising=False),
    )


def _of(resources: dict[str, Any], kind: str) -> Iterable[dict[str, Any]]:
    return resources.get(kind, {}).values()


def _reaction(resources: dict[str, Any], name: str, *, rising: bool) -> Reaction:
    policies = resources["aws_appautoscaling_policy"].items()
    address, policy = next((key, item) for key, item in policies if item["name"] == name)
    action = f"${{aws_appautoscaling_policy.{address}.arn}}"
    alarm = next(
        item for item in _of(resources, "aws_cloudwatch_metric_alarm") if action in item.get("alarm_actions", ())
    )
    settings = policy["step_scaling_policy_configuration"]
    return Reaction(
        threshold=float(alarm["threshold"]),
        periods=int(alarm["evaluation_periods"]),
        period=float(alarm["period"]),
        cooldown=float(settings["cooldown"]),
        steps=tuple(_step(step, rising=rising) for step in settings["step_adjustment"]),
    )


def _step(step: dict[str, Any], *, rising: bool) -> Step:
    """A bound that is missing is infinite; intervals of a falling alarm include their upper bound instead."""
    lower = float(step.get("metric_interval_lower_bound") or "-inf")
    upper = float(step.get("metric_interval_upper_bound") or "inf")
    shift = 0.0 if rising else 1e-9
    return Step(lower=lower + shift, upper=upper + shift, change=int(step["scaling_adjustment"]))


def _usd_per_hour(resources: dict[str, Any], service: str, region: str) -> float | None:
    prices = price_list(region).prices
    (task,) = (item for item in _of(resources, "aws_ecs_task_definition") if item["family"].endswith(f"-{service}"))
    chip = "arm" if task["runtime_platform"]["cpu_architecture"] == "ARM64" else "x86"
    vcpu, gib = prices.get(f"fargate.{chip}.vcpu"), prices.get(f"fargate.{chip}.gib")
    if vcpu is None or gib is None:
        return None
    return int(task["cpu"]) / 1024 * vcpu.usd + int(task["memory"]) / 1024 * gib.usd


def _variable(resources: dict[str, Any], name: str, service: str) -> str:
    """The value of an environment variable in the task definition whose family ends with ``service``."""
    for item in _of(resources, "aws_ecs_task_definition"):
        if item["family"].endswith(service):
            for container in json.loads(item["container_definitions"]):
                for variable in container.get("environment", ()):
                    if variable["name"] == name:
                        return str(variable["value"])
    return ""
