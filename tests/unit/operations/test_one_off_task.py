"""A one-off Fargate task: network and launch type."""

from __future__ import annotations

import pytest
from moto.core import DEFAULT_ACCOUNT_ID

from operations import migrate
from tests.unit.operations.cloud import Cloud


@pytest.mark.feature("C5")
def test_one_off_task_runs_in_the_application_subnets_with_its_own_security_group(cloud: Cloud) -> None:
    migrate.migrate(cloud.account)
    from moto.ecs.models import ecs_backends

    (task,) = ecs_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].tasks[cloud.names.name].values()
    assert task.network_configuration["awsvpcConfiguration"] == {
        "subnets": sorted(cloud.subnets),
        "securityGroups": [cloud.groups["migrate"]],
        "assignPublicIp": "DISABLED",
    }
    assert (task.launch_type, task.started_by) == ("FARGATE", "operations")
