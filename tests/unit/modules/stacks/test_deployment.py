"""Resources of the two stacks of an environment."""

from __future__ import annotations

import pytest

from tests.synthesis import deployed
from tests.unit.modules.variants import LARGE

DATA = {"aws_db_instance", "aws_elasticache_replication_group", "aws_s3_bucket", "aws_ssm_parameter", "aws_kms_key"}


@pytest.mark.feature("E3")
def test_resources_with_data_are_in_the_foundation_only() -> None:
    foundation, airflow = (deployed(**LARGE).template_of(layer) for layer in ("foundation", "airflow"))
    assert foundation.types >= DATA
    assert not DATA & airflow.types
    assert not [kind for kind in foundation.types if kind.startswith(("aws_ecs", "aws_lb"))]


@pytest.mark.feature("E3")
def test_remote_state_is_the_only_data_source() -> None:
    for layer in ("bootstrap", "foundation", "airflow"):
        sources = {kind for kind in deployed(**LARGE).template_of(layer).types if kind.startswith("data.")}
        assert sources <= {"data.terraform_remote_state"}, layer
