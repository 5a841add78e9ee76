"""Resources of the two stacks of an environment."""

from __future__ import annotations

import pytest

from tests.synthesis import deployed
from tests.unit.modules.variants import LARGE

DATA = {"aws_db_instance", "aws_elasticache_replication_group", "aws_s3_bucket", "aws_ssm_parameter", "aws_kms_key"}


@pytest.mark.feature("E3")
def test_resources_with_data_are_in_the_foundation_only() -> None:
    deployment = deployed(**LARGE)
    assert set(deployment.foundation["resource"]) >= DATA
    assert not DATA & set(deployment.airflow["resource"])
    assert not [kind for kind in deployment.foundation["resource"] if kind.startswith(("aws_ecs", "aws_lb"))]


@pytest.mark.feature("E3")
def test_remote_state_is_the_only_data_source() -> None:
    deployment = deployed(**LARGE)
    for name, stack in deployment.stacks.items():
        assert set(stack.get("data", {})) <= {"terraform_remote_state"}, name
