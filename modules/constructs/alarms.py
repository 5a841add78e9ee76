"""CloudWatch alarms that notify an SNS topic."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.core.grants import document
from modules.core.metric_alarm import MetricAlarm

MINUTE = 60


class Alarms(Construct):
    """An encrypted SNS topic and one CloudWatch alarm for each definition; the topic also gets the recoveries.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: prefix of the alarms' names.
        account_id: account whose CloudWatch alarms may publish to the topic.
        key_arn: KMS key of the topic; its policy must allow ``cloudwatch.amazonaws.com``.
        alarms: definitions of the alarms.
        email: address that SNS asks to subscribe, if any.

    Example:
        >>> heartbeat = MetricAlarm("heartbeat", "The scheduler is silent", "Airflow", "scheduler_heartbeat", {},
        ...                         threshold=1, below=True, missing_data_is_breaching=True)
        >>> alarms = Alarms(stack, "alarms", name="airflow-prod", account_id="111122223333", key_arn=key_arn,
        ...                 alarms=(heartbeat,))
        >>> resource("aws_cloudwatch_metric_alarm.alarms_heartbeat")["treat_missing_data"]
        'breaching'
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        account_id: str,
        key_arn: str,
        alarms: tuple[MetricAlarm, ...],
        email: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        topic = SnsTopic(self, "topic", name=f"{name}-alarms", kms_master_key_id=key_arn)
        SnsTopicPolicy(self, "topic-policy", arn=topic.arn, policy=_topic_policy(account_id, topic.arn))
        if email:
            SnsTopicSubscription(self, "email", topic_arn=topic.arn, protocol="email", endpoint=email)
        self.topic_arn: str = topic.arn
        self.arns = [self._alarm(name, alarm).arn for alarm in alarms]

    def _alarm(self, name: str, alarm: MetricAlarm) -> CloudwatchMetricAlarm:
        return CloudwatchMetricAlarm(
            self,
            alarm.name,
            alarm_name=f"{name}-{alarm.name}",
            alarm_description=alarm.why,
            namespace=alarm.namespace,
            metric_name=alarm.metric,
            dimensions=dict(alarm.dimensions),
            statistic=alarm.statistic,
            period=MINUTE,
            evaluation_periods=alarm.minutes,
            datapoints_to_alarm=alarm.minutes,
            threshold=alarm.threshold,
            comparison_operator="LessThanThreshold" if alarm.below else "GreaterThanThreshold",
            treat_missing_data="breaching" if alarm.missing_data_is_breaching else "notBreaching",
            alarm_actions=[self.topic_arn],
            ok_actions=[self.topic_arn],
        )


def _topic_policy(account_id: str, topic_arn: str) -> str:
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
