"""Scales the workers of a worker group on queued plus running Airflow tasks."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyStepScalingPolicyConfiguration,
    AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from environments.facts.metrics import ENVIRONMENT, MISSING_WORKERS, WORKER_GROUP
from modules.core.scalable import Scalable

STEPS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64)
"""A policy has at most 20 step adjustments:
https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-limits.html"""
SPARED = 3
"""Of three missing workers two are added at once; the rest follows 20 seconds later if it is still missing. Short
Airflow tasks are often done by then: docs/scaling.md compares the cost."""
PERIOD_SECONDS = 10
"""The shortest period of an alarm; it needs a metric of high resolution."""
SCALE_IN_PERIODS = 2
"""Periods with a surplus before workers are removed; docs/scaling.md compares values. A busy worker is protected."""


class QueueScaling(Construct):
    """Two step scaling policies that keep a worker group at (queued + running) / concurrency workers, down to zero.

    A sidecar of the scheduler publishes how many workers the group lacks. Missing workers are added after ten seconds,
    two thirds of them at once; surplus workers are removed after 20 seconds. ECS removes only workers that run no
    Airflow task.

    Args:
        scope: parent construct.
        id_: id of the construct.
        target: the scalable target of the worker group.
        group: name of the worker group.
        environment: name of the environment, a dimension of the metric.
        namespace: CloudWatch namespace of the metric.
        scale_out_cooldown: seconds between two additions.
        scale_in_cooldown: seconds between two removals.

    Example:
        >>> address = {"service_namespace": "ecs", "scalable_dimension": "ecs:service:DesiredCount",
        ...            "resource_id": "service/airflow-prod/worker-default"}
        >>> target = Scalable(cluster="airflow-prod", service="worker-default", address=address)
        >>> scaling = QueueScaling(stack, "scaling", target=target, group="default", environment="prod",
        ...                        namespace="Airflow")
        >>> resource("aws_cloudwatch_metric_alarm.scaling_in_alarm")["evaluation_periods"]
        2
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        target: Scalable,
        group: str,
        environment: str,
        namespace: str,
        scale_out_cooldown: int = 10,
        scale_in_cooldown: int = 10,
    ) -> None:
        super().__init__(scope, id_)
        self._target, self._group = target, group
        self._environment, self._namespace = environment, namespace
        self._react("out", 1, ">=", periods=1, cooldown=scale_out_cooldown)
        self._react("in", -1, "<=", periods=SCALE_IN_PERIODS, cooldown=scale_in_cooldown)

    def _react(self, direction: str, threshold: int, comparison: str, *, periods: int, cooldown: int) -> None:
        policy = AppautoscalingPolicy(
            self,
            direction,
            name=f"{self._target.service}-{direction}",
            policy_type="StepScaling",
            step_scaling_policy_configuration=AppautoscalingPolicyStepScalingPolicyConfiguration(
                adjustment_type="ChangeInCapacity",
                metric_aggregation_type="Maximum",
                cooldown=cooldown,
                step_adjustment=_steps_out() if direction == "out" else _steps_in(),
            ),
            **self._target.address,
        )
        operator = {">=": "GreaterThanOrEqualToThreshold", "<=": "LessThanOrEqualToThreshold"}[comparison]
        CloudwatchMetricAlarm(
            self,
            f"{direction}-alarm",
            alarm_name=f"{self._target.cluster}-{self._target.service}-scale-{direction}",
            alarm_description=f"Workers that group {self._group} lacks: {comparison} {threshold}",
            comparison_operator=operator,
            threshold=threshold,
            evaluation_periods=periods,
            datapoints_to_alarm=periods,
            treat_missing_data="notBreaching",
            namespace=self._namespace,
            metric_name=MISSING_WORKERS,
            dimensions={ENVIRONMENT: self._environment, WORKER_GROUP: self._group},
            period=PERIOD_SECONDS,
            statistic="Maximum",  # two schedulers publish the same number
            alarm_actions=[policy.arn],
        )


def _steps_out() -> list[AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment]:
    """Return the steps: two thirds of the missing workers, rounded up; bounds are relative to the threshold."""
    uppers = [*(step - 1 for step in STEPS[1:]), None]
    return [
        AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment(
            metric_interval_lower_bound=str(step - 1),
            metric_interval_upper_bound=None if upper is None else str(upper),
            scaling_adjustment=step - step // SPARED,
        )
        for step, upper in zip(STEPS, uppers, strict=True)
    ]


def _steps_in() -> list[AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment]:
    """Return the mirrored steps, which never remove more workers than are surplus."""
    lowers = [*(1 - step for step in STEPS[1:]), None]
    return [
        AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment(
            metric_interval_upper_bound=str(1 - step),
            metric_interval_lower_bound=None if lower is None else str(lower),
            scaling_adjustment=-step,
        )
        for step, lower in zip(STEPS, lowers, strict=True)
    ]
