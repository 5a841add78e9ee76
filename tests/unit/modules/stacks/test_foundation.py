"""Updates of data stores."""

from __future__ import annotations

import json

import pytest

from tests.synthesis import deployed


@pytest.mark.feature("C6")
def test_data_stores_are_not_changed_for_a_minor_version() -> None:
    deployment = deployed()
    for kind in ("aws_db_instance", "aws_elasticache_replication_group"):
        assert "engine_version" in deployment.only(kind).get("lifecycle", "ignore_changes"), kind
    database = json.dumps(deployment.only("aws_db_instance").body)
    assert "random" not in database, "a random name would replace it"


@pytest.mark.feature("C6")
@pytest.mark.parametrize("kind", ["aws_db_parameter_group", "aws_elasticache_parameter_group"])
def test_new_major_version_creates_its_parameter_group_first(kind: str) -> None:
    group = deployed().only(kind)
    assert group.get("lifecycle", "create_before_destroy") is True, (
        "the old group is in use until the data store has the new one"
    )
    assert group.body["family"] in group.body["name"], "two parameter groups cannot have the same name"
