"""Updates of data stores."""

from __future__ import annotations

import pytest

from tests.synthesis import deployed


@pytest.mark.feature("C6")
@pytest.mark.parametrize("kind", ["aws_db_parameter_group", "aws_elasticache_parameter_group"])
def test_new_major_version_creates_its_parameter_group_first(kind: str) -> None:
    group = deployed().only(kind)
    assert group.get("lifecycle", "create_before_destroy") is True, (
        "the old group is in use until the data store has the new one"
    )
    assert group.body["family"] in group.body["name"], "two parameter groups cannot have the same name"
