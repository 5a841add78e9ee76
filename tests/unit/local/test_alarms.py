"""Alarms are evaluated as CloudWatch does, and notify only where the topic's policy allows it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local import alarms
from local.alarms import NotificationDeniedError, state_of

NOW = datetime.now(UTC).replace(second=30, microsecond=0)
ALLOWED = {"Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish"}


class Account:
    """An account with an alarm, a topic and a queue that subscribes to it."""

    def __init__(self, statement: dict[str, Any]) -> None:
        self._session = boto3.Session("test", "test", region_name="eu-central-1")
        sns, sqs = self.client("sns"), self.client("sqs")
        self.topic = sns.create_topic(Name="alarms")["TopicArn"]
        policy = {"Version": "2012-10-17", "Statement": [{"Resource": self.topic, **statement}]}
        sns.set_topic_attributes(TopicArn=self.topic, AttributeName="Policy", AttributeValue=json.dumps(policy))
        self.queue = sqs.create_queue(QueueName="on-call")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)
        self.client("cloudwatch").put_metric_alarm(
            AlarmName="errors",
            Namespace="Airflow",
            MetricName="errors",
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=2,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
            AlarmActions=[self.topic],
            OKActions=[self.topic],
        )

    def client(self, service: str) -> Any:
        """A client of moto."""
        return self._session.client(service)

    def publish(self, values: Sequence[float], *, until: datetime) -> None:
        """One datapoint in each of the last full minutes."""
        last = until.replace(second=10) - timedelta(minutes=1)
        data = [
            {"MetricName": "errors", "Value": value, "Timestamp": last - timedelta(minutes=number)}
            for number, value in enumerate(reversed(values))
        ]
        self.client("cloudwatch").put_metric_data(Namespace="Airflow", MetricData=data)

    def states(self) -> list[str]:
        """The states that the subscriber received."""
        found = self.client("sqs").receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(json.loads(item["Body"])["Message"])["NewStateValue"] for item in found]


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.mark.feature("L4")
def test_alarm_changes_state_once_and_returns_to_ok(aws: None) -> None:
    account = Account(ALLOWED)
    account.publish([1, 2], until=NOW)
    assert [alarms.evaluate(account, "errors", now=NOW) for _ in range(2)] == ["ALARM", "ALARM"]
    assert alarms.evaluate(account, "errors", now=NOW + timedelta(minutes=2)) == "OK"
    assert account.states() == ["ALARM", "OK"]


@pytest.mark.feature("L4")
@pytest.mark.parametrize(
    "statement",
    [
        ALLOWED | {"Principal": {"Service": "events.amazonaws.com"}},
        ALLOWED | {"Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}}},
    ],
    ids=["another service", "another account"],
)
def test_topic_that_does_not_let_cloudwatch_publish_is_an_error(aws: None, statement: dict[str, Any]) -> None:
    account = Account(statement)
    account.publish([1, 2], until=NOW)
    with pytest.raises(NotificationDeniedError, match="may not call sns:Publish on arn:aws:sns:eu-central-1"):
        alarms.evaluate(account, "errors", now=NOW)
    assert account.states() == []


@pytest.mark.feature("L4")
@pytest.mark.parametrize(
    ("missing", "points", "state"),
    [
        ("notBreaching", [1.0, None], "OK"),
        ("breaching", [1.0, None], "ALARM"),
        ("missing", [None, None], "INSUFFICIENT_DATA"),
        ("ignore", [None, None], "ALARM"),
        ("notBreaching", [1.0, 0.0], "OK"),
    ],
)
def test_period_without_data_counts_as_the_alarm_says(missing: str, points: list[float | None], state: str) -> None:
    alarm = {
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0.0,
        "EvaluationPeriods": 2,
        "TreatMissingData": missing,
        "StateValue": "ALARM",
    }
    assert state_of(alarm, points) == state
