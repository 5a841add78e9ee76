"""The cluster: ECS Exec and Container Insights."""

from __future__ import annotations

import pytest
from terraform_harness.emulator.sessions.agents import CHANNEL_ACTIONS, WRITTEN

from tests.reading import AIRFLOW_TASK_ROLE, grants, role_of, services
from tests.synthesis import deployed
from tests.unit.modules.variants import LARGE

# What the agent of ECS Exec calls; tests/apply/test_sessions.py shows that a session fails without one of them.
CALLED = {
    *(f"ssmmessages:{action}" for action in CHANNEL_ACTIONS),
    "kms:Decrypt",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:PutLogEvents",
}


@pytest.mark.feature("T7")
def test_ecs_exec_is_off_by_default_and_recorded_when_enabled() -> None:
    closed = deployed()
    assert not any(service.body["enable_execute_command"] for service, _ in services(closed).values())
    assert not [grant for grant in grants(closed) if any("ssmmessages" in action for action in grant.actions)]
    opened = deployed(**LARGE)
    recorder = opened.only("aws_ecs_cluster").get("configuration", "execute_command_configuration")
    assert recorder["logging"] == "OVERRIDE"
    assert recorder["log_configuration"]["cloud_watch_encryption_enabled"] is True
    log = opened.resolve(recorder["log_configuration"]["cloud_watch_log_group_name"])
    assert log.body["retention_in_days"] == opened.environment.logs.retention_days
    assert log.body["kms_key_id"] == recorder["kms_key_id"]
    for name, (service, task) in services(opened).items():
        allowed = {
            action for grant in grants(opened, role_of(opened, task, AIRFLOW_TASK_ROLE)) for action in grant.actions
        }
        assert service.body["enable_execute_command"] is True, name
        assert allowed >= CALLED, name
        assert all(container.body["readonlyRootFilesystem"] for container in task.containers), name
        writable = {path for path, mount in task.main.mounts.items() if not mount["readOnly"]}
        assert writable >= {"/managed-agents", *WRITTEN}, name


@pytest.mark.feature("A1")
def test_container_insights_is_enabled() -> None:
    settings = deployed().only("aws_ecs_cluster").blocks("setting")
    assert [dict(setting)["value"] for setting in settings if setting["name"] == "containerInsights"] in (
        ["enabled"],
        ["enhanced"],
    )


@pytest.mark.feature("A1")
def test_log_group_of_container_insights_has_retention_and_key() -> None:
    deployment = deployed()
    group = deployment.only("aws_cloudwatch_log_group", name="/aws/ecs/containerinsights/airflow-dev/performance")
    assert group.body["retention_in_days"] == 90
    assert group.address in deployment.only("aws_ecs_cluster").body["depends_on"], "AWS would create it first"
    policy = deployment.resolve(group.body["kms_key_id"]).body["policy"]
    assert "log-group:/aws/ecs/containerinsights/airflow-dev/*" in policy
