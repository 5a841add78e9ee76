"""Destinations and permissions of DAGs as ends of flows and names of policies."""

from __future__ import annotations

import pytest

from modules.core.dag_access import Destination, Permission
from modules.core.flows import INTERNET


@pytest.mark.feature("N8")
def test_destination_is_the_internet_a_block_or_a_security_group() -> None:
    assert Destination((25, 25), "mail", cidr="0.0.0.0/0").endpoint == INTERNET
    assert Destination((25, 25), "mail", cidr="10.0.0.0/8").endpoint.cidrs == ("10.0.0.0/8",)
    assert Destination((25, 25), "mail", security_group_id="sg-1").endpoint.tier == "application"


@pytest.mark.feature("N8")
def test_name_of_a_policy_depends_on_what_it_allows_only() -> None:
    permission = Permission(("s3:GetObject", "s3:PutObject"), ("arn:aws:s3:::a/*",))
    assert permission.name == Permission(("s3:PutObject", "s3:GetObject"), ("arn:aws:s3:::a/*",)).name
    assert permission.name != Permission(("s3:GetObject",), ("arn:aws:s3:::a/*",)).name
