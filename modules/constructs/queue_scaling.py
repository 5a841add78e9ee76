"""Scales the workers of a worker group on queued plus running Airflow tasks."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyStepScalingPolicyConfiguration,
    AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from modules.core.scalable import Scalable

STEPS = (1, 2, 4, 8, 16, 32, 64)
SCALE_IN_MINUTES = 15


class QueueScaling(Construct):
    """Two step scaling policies that keep a worker group at (queued + running) / concurrency workers, down to zero.

    Both compare two metrics: the desired workers that a sidecar of the scheduler publishes, and the desired task count
    of the ECS service (Container Insights). Missing workers are added after one minute, surplus workers are removed
    after 15 minutes.

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
        15
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
        scale_out_cooldown: int = 60,
        scale_in_cooldown: int = 300,
    ) -> None:
        super().__init__(scope, id_)
        self._target, self._group = target, group
        self._environment, self._namespace = environment, namespace
        self._react("out", 1, ">=", minutes=1, cooldown=scale_out_cooldown)
        self._react("in", -1, "<=", minutes=SCALE_IN_MINUTES, cooldown=scale_in_cooldown)

    def _react(self, direction: str, threshold: int, comparison: str, *, minutes: int, cooldown: int) -> None:
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
            alarm_description=f"Workers of group {self._group}: wanted minus asked for, {comparison} {threshold}",
            comparison_operator=operator,
            threshold=threshold,
            evaluation_periods=minutes,
            datapoints_to_alarm=minutes,
            treat_missing_data="notBreaching",
            metric_query=self._difference(),
            alarm_actions=[policy.arn],
        )

    def _difference(self) -> list[CloudwatchMetricAlarmMetricQuery]:
        """Return the metric query: the maximum, because two schedulers publish the same number."""
        wanted = CloudwatchMetricAlarmMetricQueryMetric(
            namespace=self._namespace,
            metric_name="DesiredWorkers",
            dimensions={"Environment": self._environment, "WorkerGroup": self._group},
            period=60,
            stat="Maximum",
        )
        asked = CloudwatchMetricAlarmMetricQueryMetric(
            namespace="ECS/ContainerInsights",
            metric_name="DesiredTaskCount",
            dimensions={"ClusterName": self._target.cluster, "ServiceName": self._target.service},
            period=60,
            stat="Maximum",
        )
        return [
            CloudwatchMetricAlarmMetricQuery(
                id="difference", expression="wanted - FILL(asked, 0)", label="Missing workers", return_data=True
            ),
            CloudwatchMetricAlarmMetricQuery(id="wanted", metric=wanted),
            CloudwatchMetricAlarmMetricQuery(id="asked", metric=asked),
        ]


def _steps_out() -> list[AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment]:
    """Return the steps: 1 missing adds 1, 2-3 add 2, 4-7 add 4, bounds are relative to the threshold."""
    uppers = [*(step - 1 for step in STEPS[1:]), None]
    return [
        AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment(
            metric_interval_lower_bound=str(step - 1),
            metric_interval_upper_bound=None if upper is None else str(upper),
            scaling_adjustment=step,
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
