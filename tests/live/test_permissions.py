"""The running Airflow acts as its task roles: they permit what it does, and no more."""

from __future__ import annotations

import time

import pytest

from tests.live.conftest import PARAMETERS, Live
from tests.live.workload import aws_error

ACCOUNT, REGION = "111111111111", "eu-central-1"
# The sidecar publishes the load once a minute.
PUBLISHED_SECONDS = 120


@pytest.mark.feature("H9")
def test_every_container_acts_as_the_role_of_its_task(live: Live) -> None:
    runner = live.ecs.runner
    for task in [task for name in sorted(runner.tasks) for task in runner.running(name)[:1]]:
        words = ("python", "-c", "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])")
        for name, container in task.containers.items():
            if container.state["Running"]:
                role = container.exec(*words).stdout.split("/")[1]
                assert role == task.definition.task_role.rsplit("/", 1)[1], (task.id, name)


@pytest.mark.feature("H9", "I1")
def test_worker_cannot_do_what_its_role_does_not_permit(live: Live) -> None:
    """Not even read a secret that its own task was started with: ECS read it with the execution role."""
    (worker,) = live.ecs.runner.running("worker-default")
    bucket = next(b["Name"] for b in live.emulator.client("s3").list_buckets()["Buckets"] if "logs" in b["Name"])
    secrets = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{PARAMETERS}"
    attempts = [
        ("ssm", "get_parameter", "ssm:GetParameter", f"{secrets}/{name}", {"Name": f"{PARAMETERS}/{name}"})
        for name in ("fernet-key", "admin-password", "broker-auth-token")
    ]
    attempts += [
        ("s3", "put_object", "s3:PutObject", f"arn:aws:s3:::{bucket}/other", {"Bucket": bucket, "Key": "other"}),
        ("s3", "delete_object", "s3:DeleteObject", f"arn:aws:s3:::{bucket}/x", {"Bucket": bucket, "Key": "x"}),
        ("s3", "list_buckets", "s3:ListAllMyBuckets", "*", {}),
    ]
    for service, operation, action, resource, parameters in attempts:
        live.provoked.add((action, resource))
        error = aws_error(worker, service, operation, **parameters)
        assert "AccessDenied" in error, (action, error)
        assert f"is not authorized to perform: {action} on resource: {resource}" in error
    assert aws_error(worker, "ssm", "get_parameter", Name=f"{PARAMETERS}/variables/greeting", WithDecryption=True) == ""


@pytest.mark.feature("H9")
def test_only_the_scheduler_publishes_metrics_and_only_in_its_namespace(live: Live) -> None:
    (scheduler,), (worker,) = live.ecs.runner.running("scheduler"), live.ecs.runner.running("worker-default")
    data = [{"MetricName": "test", "Value": 1.0}]
    deadline = time.monotonic() + PUBLISHED_SECONDS
    while not (published := _published(live)):
        assert time.monotonic() < deadline, "the scheduler publishes no metrics"
        time.sleep(2)
    assert published == {"airflow-live-scheduler-task"}
    live.provoked.add(("cloudwatch:PutMetricData", "*"))
    assert "AccessDenied" in aws_error(worker, "cloudwatch", "put_metric_data", Namespace="Airflow", MetricData=data)
    assert "AccessDenied" in aws_error(scheduler, "cloudwatch", "put_metric_data", Namespace="Other", MetricData=data)
    assert _published(live) == published


def _published(live: Live) -> set[str]:
    """The roles that have published metrics."""
    action = "cloudwatch:PutMetricData"
    taken = [item for item in live.decisions.taken if item.action == action and item.allowed]
    return {item.principal.rsplit("/", 1)[1] for item in taken}


@pytest.mark.feature("H9")
def test_no_request_of_the_environment_was_denied(live: Live) -> None:
    """Airflow works because its roles permit what it does, not because it survives without a permission."""
    decisions = live.decisions
    assert decisions.denials() == []
    assert decisions.decisions > 0
