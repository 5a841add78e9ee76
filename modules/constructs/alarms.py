"""What must wake somebody: alarms with the thresholds of the environment."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.core.grants import document
from modules.core.metric_alarm import Watch

MINUTE = 60


class Alarms(Construct):
    """An encrypted topic and one alarm for each watch; both directions are told.

    Args:
        email: address that is asked to subscribe, if any.
        key_arn: KMS key that CloudWatch may use through SNS.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        account_id: str,
        key_arn: str,
        watches: tuple[Watch, ...],
        email: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        topic = SnsTopic(self, "topic", name=f"{name}-alarms", kms_master_key_id=key_arn)
        SnsTopicPolicy(self, "topic-policy", arn=topic.arn, policy=_alarms_of(account_id, topic.arn))
        if email:
            SnsTopicSubscription(self, "email", topic_arn=topic.arn, protocol="email", endpoint=email)
        self.topic_arn: str = topic.arn
        self.arns = [self._alarm(name, watch).arn for watch in watches]

    def _alarm(self, name: str, watch: Watch) -> CloudwatchMetricAlarm:
        return CloudwatchMetricAlarm(
            self,
            watch.name,
            alarm_name=f"{name}-{watch.name}",
            alarm_description=watch.why,
            namespace=watch.namespace,
            metric_name=watch.metric,
            dimensions=dict(watch.dimensions),
            statistic=watch.statistic,
            period=MINUTE,
            evaluation_periods=watch.minutes,
            datapoints_to_alarm=watch.minutes,
            threshold=watch.threshold,
            comparison_operator="LessThanThreshold" if watch.below else "GreaterThanThreshold",
            treat_missing_data="breaching" if watch.silence_is_wrong else "notBreaching",
            alarm_actions=[self.topic_arn],
            ok_actions=[self.topic_arn],
        )


def _alarms_of(account_id: str, topic_arn: str) -> str:
    return document(
        {
            "Sid": "AlarmsOfThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": topic_arn,
            "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
        }
    )
