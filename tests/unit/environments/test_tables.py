"""Tables taken from AWS' documentation, against what AWS' own SDK and published numbers say."""

from __future__ import annotations

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.derived.connection_budget import connection_budget
from environments.facts.cron import eventbridge, problem_in
from environments.facts.fargate_sizes import MEMORY_MIB, invalid_size
from environments.facts.instance_classes import MEMORY_GIB, max_connections
from environments.facts.regions import REGIONS
from environments.load import from_data
from tests.unit.environments.cases import SMALLEST, changed


@pytest.mark.feature("E1")
def test_every_region_that_the_sdk_knows_for_ecs_is_known() -> None:
    sdk = set(botocore.session.get_session().get_available_regions("ecs"))
    assert sdk <= set(REGIONS)
    assert list(REGIONS) == sorted(set(REGIONS))


@pytest.mark.feature("T7")
@given(st.sampled_from([256, 512, 1024, 2048, 4096, 8192, 16384]), st.integers(1, 130_000))
def test_exactly_the_sizes_of_the_table_are_sold(cpu: int, memory_mib: int) -> None:
    assert (invalid_size(cpu=cpu, memory_mib=memory_mib) is None) == (memory_mib in MEMORY_MIB[cpu])


@pytest.mark.feature("T7")
@pytest.mark.parametrize(
    ("cpu", "number", "least", "most"),
    [(256, 3, 512, 2048), (512, 4, 1024, 4096), (1024, 7, 2048, 8192), (2048, 13, 4096, 16384), (4096, 23, 8192, 30720),
     (8192, 12, 16384, 61440), (16384, 12, 32768, 122880)],
)  # fmt: skip
def test_table_of_fargate_sizes(cpu: int, number: int, least: int, most: int) -> None:
    assert (len(MEMORY_MIB[cpu]), MEMORY_MIB[cpu][0], MEMORY_MIB[cpu][-1]) == (number, least, most)


@pytest.mark.feature("D2")
@pytest.mark.parametrize(
    ("instance_class", "gib", "connections"),
    [("db.t4g.micro", 1, 90), ("db.t4g.medium", 4, 360), ("db.m7g.large", 8, 720), ("db.r6g.xlarge", 32, 2883),
     ("db.r7g.16xlarge", 512, 5000), ("db.m6i.32xlarge", 512, 5000)],
)  # fmt: skip
def test_connections_that_a_class_pays_for(instance_class: str, gib: int, connections: int) -> None:
    assert MEMORY_GIB[instance_class] == gib
    assert max_connections(instance_class) == connections


@pytest.mark.feature("D2")
def test_the_budget_shows_its_arithmetic() -> None:
    changes = {"workers": [{"name": "a", "queues": ["a"], "max_count": 3, "concurrency": 2}]}
    assert str(connection_budget(from_data(changed(SMALLEST, changes), source="test"))) == (
        "api-server 4 x 2 x (5 + 5) + scheduler 1 x (5 + 5) + dag-processor 1 x (5 + 5) + triggerer 1 x (5 + 5) + "
        "worker a 3 x (2 + 1) + metrics 1 + migration or clean-up (5 + 5) + reserve 20 = 150 connections "
        "needed, 360 accepted"
    )


@pytest.mark.feature("D2")
def test_a_proxy_pools_what_the_database_would_refuse() -> None:
    changes = {"database": {"instance_class": "db.t4g.micro", "proxy": True}}
    assert from_data(changed(SMALLEST, changes), source="test").database.proxy


@pytest.mark.feature("A4")
@pytest.mark.parametrize(
    ("cron", "expression"),
    [
        ("0 20 * * *", "cron(0 20 * * ? *)"),
        ("0 20 * * 1-5", "cron(0 20 ? * MON-FRI *)"),
        ("0 3 * * 0", "cron(0 3 ? * SUN *)"),
        ("0 3 * * 7", "cron(0 3 ? * SUN *)"),
        ("0 3 * * 6-7", "cron(0 3 ? * SAT,SUN *)"),
        ("0 3 * * 5-7", "cron(0 3 ? * FRI,SAT,SUN *)"),
        ("0 3 * * 1-5/2", "cron(0 3 ? * MON,WED,FRI *)"),
        ("0 3 * * */3", "cron(0 3 ? * SUN,WED,SAT *)"),
        ("0 3 * * mon,thu", "cron(0 3 ? * MON,THU *)"),
        ("*/15 6-20 1,15 jan *", "cron(*/15 6-20 1,15 JAN ? *)"),
    ],
)
def test_cron_as_eventbridge_writes_it(cron: str, expression: str) -> None:
    assert eventbridge(cron) == expression


@pytest.mark.feature("A4")
@given(st.from_regex(r"[0-9*/,?A-Z#-]{1,6}( [0-9*/,?A-Z#-]{1,6}){3,5}", fullmatch=True))
def test_a_cron_text_is_translated_or_refused(cron: str) -> None:
    if problem_in(cron):
        with pytest.raises(ValueError, match=r"."):
            eventbridge(cron)
    else:
        assert eventbridge(cron).startswith("cron(")
