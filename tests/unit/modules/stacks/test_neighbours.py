"""Names of environments that share an account."""

from __future__ import annotations

import pytest

from tests.synthesis import Deployment, deployed
from tests.unit.modules.variants import NEIGHBOUR


@pytest.mark.feature("I3")
def test_two_environments_in_one_account_share_no_name() -> None:
    dev, test = deployed(), deployed(**NEIGHBOUR)
    assert not _names(dev) & _names(test)


def _names(deployment: Deployment) -> set[tuple[str, str]]:
    unique = {"aws_ecs_service", "aws_service_discovery_service", "aws_iam_role_policy", "aws_appautoscaling_policy"}
    keys = ("name", "bucket", "identifier", "replication_group_id", "alarm_name", "dashboard_name")
    return {
        (item.type, item.body[key])
        for item in deployment.configuration.resources.values()
        for key in keys
        if item.type not in unique and isinstance(item.body.get(key), str) and "${" not in item.body[key]
    }
