"""Checks of a running environment."""

from __future__ import annotations

import pytest
from moto.core import DEFAULT_ACCOUNT_ID

from operations import verify
from operations.account import Account
from tests.unit.operations.cloud import Cloud


def problems(account: Account) -> dict[str, str]:
    return {check.what: check.problem for check in verify.verify(account) if check.problem}


@pytest.mark.feature("O2")
def test_complete_environment_passes_every_check(cloud: Cloud) -> None:
    cloud.client("elasticache").modify_replication_group(
        ReplicationGroupId=cloud.names.name, AuthToken="x" * 32, AuthTokenUpdateStrategy="SET"
    )
    cloud.put("schema", "{}", kind="String")
    cloud.client("ecs").update_service(cluster=cloud.names.name, service="api-server", desiredCount=2)
    assert problems(cloud.account) == {}


SECRETS = ".venv/bin/python -m operations secrets dev"


@pytest.mark.feature("O2")
def test_each_problem_is_reported(cloud: Cloud) -> None:
    cloud.client("ssm").delete_parameter(Name=cloud.names.parameter("jwt-secret"))
    cloud.put("fernet-key", "broken")
    cloud.client("rds").stop_db_instance(DBInstanceIdentifier=cloud.names.name)
    cloud.client("ecs").delete_service(cluster=cloud.names.name, service="triggerer", force=True)
    cloud.client("s3").delete_bucket(Bucket="state-of-dev")
    assert problems(cloud.account) == {
        "bucket of the Terraform state": "does not exist",
        "secret jwt-secret": "does not exist",
        "secret fernet-key": "key 1 is not 32 bytes in URL-safe base64",
        "database available": "is stopped. Fix: .venv/bin/python -m operations wake dev",
        "broker requires its token": "accepts connections without a token. Fix: " + SECRETS,
        "database migrated": "no migration is recorded. Fix: .venv/bin/python -m operations migrate dev",
        "service api-server": "desired count is 1, environments/dev.yaml says 2 to 4",
        "service triggerer": "does not exist. Fix: .venv/bin/python -m operations deploy dev",
    }


@pytest.mark.feature("O2", "T9")
def test_broker_without_its_user_group_is_reported(cloud: Cloud) -> None:
    account = cloud.account_of(cloud.environment(broker={"authentication": "iam"}))
    found = problems(account)
    assert found["broker requires its users"] == f"has not the user group of the file. Fix: {SECRETS}"
    assert "secret broker-auth-token" not in found
    cloud.client("elasticache").modify_replication_group(
        ReplicationGroupId=cloud.names.name, UserGroupIdsToAdd=[cloud.names.name]
    )
    assert "broker requires its users" not in problems(account)


@pytest.mark.feature("L4")
@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (
            f"arn:aws:sns:eu-central-1:{DEFAULT_ACCOUNT_ID}:airflow-dev-alarms",
            {"alarms": "in state ALARM: airflow-dev-scheduler"},
        ),
        (f"arn:aws:autoscaling:eu-central-1:{DEFAULT_ACCOUNT_ID}:scalingPolicy:0", {}),
    ],
)
def test_only_an_alarm_with_an_sns_action_is_a_problem(cloud: Cloud, action: str, expected: dict[str, str]) -> None:
    cloudwatch = cloud.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="airflow-dev-scheduler",
        AlarmActions=[action],
        Namespace="Airflow",
        MetricName="heartbeat",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName="airflow-dev-scheduler", StateValue="ALARM", StateReason="test")
    assert {what: problem for what, problem in problems(cloud.account).items() if what == "alarms"} == expected


@pytest.mark.feature("O2")
def test_empty_account_fails_every_check_without_an_exception(empty_account: Account) -> None:
    found = problems(empty_account)
    assert found["database"].startswith("database airflow-dev does not exist")
    assert found["service scheduler"].startswith("does not exist")
