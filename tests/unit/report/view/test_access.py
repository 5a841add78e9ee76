"""The matrices: who can reach what, who may do what."""

from __future__ import annotations

import pytest

from report.contents import Contents


@pytest.mark.feature("O6")
def test_reachability_has_the_port_of_each_flow_and_nothing_else(contents: Contents) -> None:
    assert contents.reach.cells["scheduler", "metadata-database"] == "5432"
    assert ("triggerer", "broker") not in contents.reach.cells


@pytest.mark.feature("O6")
def test_permissions_name_the_actions_of_a_role(contents: Contents) -> None:
    role = next(role.name for role in contents.roles if role.name.endswith("scheduler-task"))
    assert "PutMetricData" in contents.permissions.cells[role, "cloudwatch"]
    assert (role, "iam") not in contents.permissions.cells
