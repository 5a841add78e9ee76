"""Evaluates CloudWatch alarms on the emulator's datapoints and notifies their topics: the emulator only stores alarms.

The rules are those of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from terraform_gate.iam.decision import Caller, Outcome, Policy, Target, decide
from terraform_harness.verification import Aws

CLOUDWATCH = "cloudwatch.amazonaws.com"
COMPARISONS = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}
ACTIONS = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}


class NotificationDeniedError(Exception):
    """The policy of the topic or of its key does not let CloudWatch publish. The message names action and resource."""


def evaluate(aws: Aws, name: str, *, now: datetime) -> str:
    """Evaluate an alarm once; when its state changes, store the state and notify the topics of its actions.

    Args:
        aws: the emulator.
        name: name of the alarm.
        now: time of the evaluation, with a time zone. The last full periods before it count.

    Returns:
        ``OK``, ``ALARM`` or ``INSUFFICIENT_DATA``.

    Raises:
        NotificationDeniedError: CloudWatch may not publish to a topic.
    """
    cloudwatch = aws.client("cloudwatch")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    points = _points(cloudwatch, alarm, now)
    state = state_of(alarm, points)
    if state != alarm["StateValue"]:
        shown = ", ".join("no data" if point is None else f"{point:g}" for point in points)
        reason = f"the last {len(points)} datapoints were [{shown}]; threshold {alarm['Threshold']:g}"
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason=reason)
        for topic in alarm.get(ACTIONS[state], ()):
            _notify(aws, alarm, topic, state=state, reason=reason, now=now)
    return state


def state_of(alarm: Mapping[str, Any], points: Sequence[float | None]) -> str:
    """The state of an alarm after the datapoints of its evaluation periods; None is a period without data.

    Example:
        >>> alarm = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 0.0, "EvaluationPeriods": 2,
        ...          "DatapointsToAlarm": 2, "TreatMissingData": "notBreaching"}
        >>> state_of(alarm, [1.0, 2.0]), state_of(alarm, [1.0, None])
        ('ALARM', 'OK')
    """
    missing = alarm.get("TreatMissingData") or "missing"
    known = [point for point in points if point is not None]
    if not known and missing in ("missing", "ignore"):
        return "INSUFFICIENT_DATA" if missing == "missing" else str(alarm["StateValue"])
    breaches = COMPARISONS[alarm["ComparisonOperator"]]
    count = sum(breaches(point, alarm["Threshold"]) for point in known)
    count += (len(points) - len(known)) * (missing == "breaching")
    return "ALARM" if count >= (alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]) else "OK"


def _points(cloudwatch: Any, alarm: Mapping[str, Any], now: datetime) -> list[float | None]:
    """The datapoint of each evaluation period, the oldest first."""
    period = timedelta(seconds=alarm["Period"])
    end = datetime.fromtimestamp(now.timestamp() // alarm["Period"] * alarm["Period"], now.tzinfo)
    starts = [end - number * period for number in range(alarm["EvaluationPeriods"], 0, -1)]
    return [_point(cloudwatch, alarm, start, start + period) for start in starts]


def _point(cloudwatch: Any, alarm: Mapping[str, Any], start: datetime, end: datetime) -> float | None:
    statistic = alarm["Statistic"]
    found = cloudwatch.get_metric_statistics(
        Namespace=alarm["Namespace"],
        MetricName=alarm["MetricName"],
        Dimensions=alarm["Dimensions"],
        StartTime=start,
        EndTime=end,
        Period=alarm["Period"],
        Statistics=[statistic],
    )["Datapoints"]
    return float(found[0][statistic]) if found else None


def _notify(aws: Aws, alarm: Mapping[str, Any], topic: str, *, state: str, reason: str, now: datetime) -> None:
    """Publish as CloudWatch does, where the policies of the topic and of its key let CloudWatch publish."""
    sns, account = aws.client("sns"), topic.split(":")[4]
    attributes = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    context = {"aws:SourceAccount": account, "aws:SourceArn": alarm["AlarmArn"]}
    _require("sns:Publish", topic, attributes["Policy"], context)
    if key := attributes.get("KmsMasterKeyId"):
        policy = aws.client("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"]
        for action in ("kms:GenerateDataKey", "kms:Decrypt"):
            _require(action, key, policy, context)
    message = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription", ""),
        "AWSAccountId": account,
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": alarm["StateValue"],
        "NewStateValue": state,
        "NewStateReason": reason,
        "StateChangeTime": now.isoformat(),
    }
    sns.publish(TopicArn=topic, Subject=f'{state}: "{alarm["AlarmName"]}"', Message=json.dumps(message))


def _require(action: str, resource: str, policy: str, context: Mapping[str, str]) -> None:
    target = Target(resource, policy=Policy.parse(json.loads(policy)))
    if decide(Caller(CLOUDWATCH), action, target, context).outcome is not Outcome.ALLOWED:
        raise NotificationDeniedError(
            f"{CLOUDWATCH} may not call {action} on {resource}. Fix: allow the action in the policy of the resource"
        )
