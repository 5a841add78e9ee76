"""Memory and connections of instance classes, compared with published numbers."""

from __future__ import annotations

import pytest

from environments.facts.instance_classes import MEMORY_GIB, max_connections


@pytest.mark.feature("D2")
@pytest.mark.parametrize(
    ("instance_class", "gib", "connections"),
    [("db.t4g.micro", 1, 90), ("db.t4g.medium", 4, 360), ("db.m7g.large", 8, 720), ("db.r6g.xlarge", 32, 2883),
     ("db.r7g.16xlarge", 512, 5000), ("db.m6i.32xlarge", 512, 5000)],
)  # fmt: skip
def test_memory_limits_the_connections(instance_class: str, gib: int, connections: int) -> None:
    assert MEMORY_GIB[instance_class] == gib
    assert max_connections(instance_class) == connections
