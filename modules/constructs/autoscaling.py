"""How many Fargate tasks of a service run: workers by the work that waits, api-servers by load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import TerraformResource
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.appautoscaling_scheduled_action import (
    AppautoscalingScheduledAction,
    AppautoscalingScheduledActionScalableTargetAction,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from constructs import Construct

from modules.core.scalable import Scalable


@dataclass(frozen=True)
class Bounds:
    """Fewest and most Fargate tasks of a service."""

    minimum: int
    maximum: int


@dataclass(frozen=True)
class Sleep:
    """When an environment sleeps: cron expressions as Application Auto Scaling takes them."""

    stop: str
    start: str
    timezone: str


class ScalingTarget(Construct):
    """An ECS service whose number of tasks is scaled, and zero while the environment sleeps."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        cluster: str,
        service: str,
        bounds: Bounds,
        sleep: Sleep | None = None,
        after: Sequence[TerraformResource] = (),
    ) -> None:
        super().__init__(scope, id_)
        target = AppautoscalingTarget(
            self,
            "Resource",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=f"service/{cluster}/{service}",
            min_capacity=bounds.minimum,
            max_capacity=bounds.maximum,
            depends_on=list(after),
        )
        self.scalable = Scalable(
            cluster=cluster,
            service=service,
            address={
                "service_namespace": target.service_namespace,
                "scalable_dimension": target.scalable_dimension,
                "resource_id": target.resource_id,
            },
        )
        if sleep:
            self._schedule("sleep", sleep.stop, sleep.timezone, Bounds(0, 0))
            self._schedule("wake", sleep.start, sleep.timezone, bounds)

    def _schedule(self, name: str, schedule: str, timezone: str, bounds: Bounds) -> None:
        AppautoscalingScheduledAction(
            self,
            name,
            name=f"{self.scalable.service}-{name}",
            schedule=schedule,
            timezone=timezone,
            scalable_target_action=AppautoscalingScheduledActionScalableTargetAction(
                min_capacity=str(bounds.minimum), max_capacity=str(bounds.maximum)
            ),
            **self.scalable.address,
        )


class LoadScaling(Construct):
    """Follows average CPU: quick to add, slow to remove.

    Args:
        cpu_percent: average the service is kept at.
    """

    def __init__(self, scope: Construct, id_: str, *, target: Scalable, cpu_percent: int = 60) -> None:
        super().__init__(scope, id_)
        metric = AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification(
            predefined_metric_type="ECSServiceAverageCPUUtilization"
        )
        AppautoscalingPolicy(
            self,
            "cpu",
            name=f"{target.service}-cpu",
            policy_type="TargetTrackingScaling",
            target_tracking_scaling_policy_configuration=AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
                predefined_metric_specification=metric,
                target_value=cpu_percent,
                scale_out_cooldown=60,
                scale_in_cooldown=300,
            ),
            **target.address,
        )
