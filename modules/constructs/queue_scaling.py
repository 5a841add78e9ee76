"""Workers by the work that waits for them."""

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


class WorkScaling(Construct):
    """Follows (queued + running) / concurrency of a worker group, from zero and back to zero.

    The difference between the workers that are wanted (published beside the scheduler) and those ECS was asked for
    (Container Insights) is what both policies see: a missing worker is added within a minute, a spare one goes after
    a quarter of an hour in which it was never needed.
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
        """Two schedulers publish the same number: the maximum is right, a sum would be double."""
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
    """Missing 1 adds 1, 2-3 add 2, 4-7 add 4 ...: never more than are missing; bounds count from the threshold 1."""
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
    """The mirror image: never removes more than are spare."""
    lowers = [*(1 - step for step in STEPS[1:]), None]
    return [
        AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment(
            metric_interval_upper_bound=str(1 - step),
            metric_interval_lower_bound=None if lower is None else str(lower),
            scaling_adjustment=-step,
        )
        for step, lower in zip(STEPS, lowers, strict=True)
    ]
