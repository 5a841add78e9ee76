"""An alarm of the running environment reaches whoever subscribes to its topic."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from local import alarms
from tests.live.conftest import Live

ALARM = "airflow-live-import-errors"
# The alarm fires after five minutes with an error; a minute without a datapoint does not count. A file of the DAG
# repository is broken from the beginning, and the tests before this one do not replace the dag-processor.
SECONDS = 480


@pytest.mark.feature("L3", "L4")
def test_broken_dag_file_raises_an_alarm_that_reaches_a_subscriber(live: Live) -> None:
    """From a metric in the dag-processor's log through the deployed alarm and the topic's policies to a queue."""
    sns, sqs = live.emulator.client("sns"), live.emulator.client("sqs")
    (alarm,) = live.emulator.client("cloudwatch").describe_alarms(AlarmNames=[ALARM])["MetricAlarms"]
    (topic,) = alarm["AlarmActions"]
    assert "on-call@example.com" in _subscribers(sns, topic)
    queue = sqs.create_queue(QueueName="on-call")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    deadline = time.monotonic() + SECONDS
    while (state := alarms.evaluate(live.emulator, ALARM, now=datetime.now(UTC))) != "ALARM":
        assert time.monotonic() < deadline, f"{ALARM} is {state} after {SECONDS} s"
        time.sleep(5)
        for task in live.ecs.runner.tasks["dag-processor"]:
            task.send_logs()

    messages = _messages(sqs, queue)
    assert messages[-1]["NewStateValue"] == "ALARM"
    assert (messages[-1]["AlarmName"], messages[-1]["AlarmDescription"]) == (ALARM, "DAG files cannot be imported")


def _subscribers(sns: Any, topic: str) -> set[str]:
    return {item["Endpoint"] for item in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]}


def _messages(sqs: Any, queue: str) -> list[dict[str, Any]]:
    found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(json.loads(item["Body"])["Message"]) for item in found]
