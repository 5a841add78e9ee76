"""Two environments with the same name and different prefixes in one account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.synthesis import Deployment, deployed
from tests.unit.modules.variants import EXISTING

NAME_ARGUMENTS = ("name", "identifier", "family", "bucket", "replication_group_id", "dashboard_name", "alarm_name")
WITHIN_ITS_PARENT = {
    "aws_ecs_service",
    "aws_iam_role_policy",
    "aws_appautoscaling_policy",
    "aws_appautoscaling_scheduled_action",
    "aws_service_discovery_service",
    "aws_db_parameter_group.family",
    "aws_elasticache_parameter_group.family",
}
"""Names that are unique in a cluster, role, scalable target or namespace only, and families, which AWS names."""


def _names(deployment: Deployment) -> Iterator[tuple[str, str]]:
    for resource in deployment.configuration.resources.values():
        for argument in NAME_ARGUMENTS:
            value = resource.body.get(argument)
            kinds = {resource.type, f"{resource.type}.{argument}"}
            if isinstance(value, str) and not value.startswith("${") and not kinds & WITHIN_ITS_PARENT:
                yield f"{resource.type}.{argument}", value


@pytest.mark.feature("I3")
def test_environments_with_another_prefix_share_no_name() -> None:
    first, second = (set(_names(deployed(name_prefix=prefix))) for prefix in ("airflow", "team"))
    assert ("aws_ssm_parameter.name", "/airflow/dev/fernet-key") in first
    assert ("aws_ssm_parameter.name", "/team/dev/fernet-key") in second
    assert first & second == set()


@pytest.mark.feature("I3")
def test_environments_with_another_prefix_publish_different_metrics() -> None:
    for prefix in ("airflow", "team"):
        alarms = deployed(name_prefix=prefix).text
        assert f'"Environment": "{prefix}-dev"' in alarms
        assert '"Environment": "dev"' not in alarms


@pytest.mark.feature("I3", "N1")
def test_environments_in_one_existing_vpc_share_no_name() -> None:
    shared = {**EXISTING["existing"], "application_route_table_ids": []}
    networks = (EXISTING, {**EXISTING, "existing": shared})
    first, second = (
        deployed(name=name, network=network) for name, network in zip(("dev", "test"), networks, strict=True)
    )
    assert set(_names(first)) & set(_names(second)) == set()
    assert {group.body["vpc_id"] for item in (first, second) for group in item.of("aws_security_group")} == {
        EXISTING["existing"]["vpc_id"]
    }
