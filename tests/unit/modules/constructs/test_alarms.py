"""Alarms and their SNS topic."""

from __future__ import annotations

import pytest

from tests.reading import statements
from tests.synthesis import deployed
from tests.unit.modules.variants import ALARM_METRICS, CHEAP, CUSTOM


@pytest.mark.feature("L4")
def test_alarms_have_configured_thresholds_and_notify_by_email() -> None:
    deployment = deployed(**CUSTOM)
    for name, (metric, threshold) in ALARM_METRICS.items():
        alarm = deployment.only("aws_cloudwatch_metric_alarm", alarm_name=f"airflow-dev-{name}")
        assert (alarm.body["metric_name"], alarm.body["threshold"]) == (metric, threshold), name
        topic = deployment.resolve(alarm.body["alarm_actions"][0])
        assert topic.type == "aws_sns_topic"
        assert alarm.body["alarm_description"]
    subscription = deployment.only("aws_sns_topic_subscription")
    assert (subscription.body["protocol"], subscription.body["endpoint"]) == ("email", "airflow@example.com")


@pytest.mark.feature("L4")
def test_cloudwatch_may_publish_to_the_encrypted_topic() -> None:
    deployment = deployed()
    topic = deployment.only("aws_sns_topic")
    allowed = statements(deployment.only("aws_sns_topic_policy").body["policy"])
    assert [statement["Principal"] for statement in allowed] == [{"Service": "cloudwatch.amazonaws.com"}]
    users = [
        statement["Principal"].get("Service")
        for statement in statements(deployment.resolve(topic.body["kms_master_key_id"]).body["policy"])
    ]
    assert "cloudwatch.amazonaws.com" in users, "CloudWatch could not publish an alarm"


@pytest.mark.feature("L4")
def test_disabled_alarms_create_no_topic() -> None:
    deployment = deployed(**CHEAP)
    assert not deployment.of("aws_sns_topic", "aws_sns_topic_policy")
    left = {alarm.body["alarm_name"] for alarm in deployment.of("aws_cloudwatch_metric_alarm")}
    assert left == {f"airflow-dev-worker-default-scale-{way}" for way in ("in", "out")}, "scaling needs its own"
