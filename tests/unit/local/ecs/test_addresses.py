"""Endpoints get addresses that AWS would give: none that it reserves, and none twice."""

from __future__ import annotations

import pytest

from local.containers.engine import EngineError
from local.ecs.addresses import AddressPool


def test_addresses_of_a_subnet_are_given_once_and_without_the_reserved_ones() -> None:
    pool = AddressPool("10.0.0.0/16", ["10.0.0.0/28"])
    assert [pool.within("10.0.0.0/28") for _ in range(11)] == [f"10.0.0.{number}" for number in range(4, 15)]
    with pytest.raises(EngineError, match=r"10\.0\.0\.0/28 has no free address"):
        pool.within("10.0.0.0/28")


def test_addresses_outside_of_the_subnets_are_in_the_vpc() -> None:
    pool = AddressPool("10.0.0.0/24", ["10.0.0.0/25", "10.0.0.252/30"])
    assert [pool.outside(), pool.outside()] == ["10.0.0.251", "10.0.0.250"]
