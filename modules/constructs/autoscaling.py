"""Application Auto Scaling of ECS services: scalable targets, schedules and CPU tracking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import TerraformResource, TerraformResourceLifecycle
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
    """The number of Fargate tasks of a service.

    Args:
        minimum: fewest tasks.
        maximum: most tasks.
    """

    minimum: int
    maximum: int


@dataclass(frozen=True)
class SleepSchedule:
    """The hours in which an environment runs no Fargate tasks.

    Args:
        stop: ``cron(...)`` expression at which all tasks stop.
        start: ``cron(...)`` expression at which they start again.
        timezone: IANA name of the time zone of both.
    """

    stop: str
    start: str
    timezone: str


class ScalingTarget(Construct):
    """The scalable target of an ECS service, with scheduled actions for the hours without tasks.

    Args:
        scope: parent construct.
        id_: id of the construct.
        cluster: name of the ECS cluster.
        service: name of the ECS service.
        bounds: fewest and most Fargate tasks.
        sleep: hours in which no task runs, if any. Changed bounds then apply from the next start on, and at once when
            a command sets them (``operations deploy`` does).
        after: resources that must exist first: the service.

    Example:
        >>> night = SleepSchedule(stop="cron(0 20 * * ? *)", start="cron(0 6 * * ? *)", timezone="Europe/Berlin")
        >>> target = ScalingTarget(stack, "scaling", cluster="airflow-dev", service="api-server", bounds=Bounds(1, 4),
        ...                        sleep=night)
        >>> resource("aws_appautoscaling_scheduled_action.scaling_sleep")["scalable_target_action"]
        {'max_capacity': '0', 'min_capacity': '0'}
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        cluster: str,
        service: str,
        bounds: Bounds,
        sleep: SleepSchedule | None = None,
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
            # At night the limits are 0: a deployment would start services without a database.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["min_capacity", "max_capacity"]) if sleep else None,
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


class CpuScaling(Construct):
    """A target tracking policy on the average CPU utilization of an ECS service.

    It adds tasks after 60 seconds and removes tasks after 300 seconds.

    Args:
        scope: parent construct.
        id_: id of the construct.
        target: the scalable target.
        cpu_percent: average CPU utilization that the policy maintains.

    Example:
        >>> target = ScalingTarget(stack, "target", cluster="airflow-dev", service="api-server", bounds=Bounds(1, 4))
        >>> scaling = CpuScaling(stack, "scaling", target=target.scalable, cpu_percent=70)
        >>> policy = resource("aws_appautoscaling_policy.scaling_cpu")
        >>> policy["target_tracking_scaling_policy_configuration"]["target_value"]
        70
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
