"""Names of metrics that contain any DAG id are names that StatsD accepts."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from airflow_fargate.configuration import DEFAULTS
from airflow_fargate.stat_names import valid
from airflow_fargate.statsd import Collector

PREFIX = "dagrun.dependency-check."
LONG = "a" * 250


@pytest.mark.feature("L3")
@pytest.mark.parametrize("dag", ["übung", "日本語", LONG, "ü" * 250, "a:1|c", "a\nb"], ids=ascii)
def test_name_of_any_dag_id_is_accepted(dag: str) -> None:
    """Airflow 3.3.2 does not schedule the runs of a DAG whose name its handler rejects."""
    assert re.fullmatch(r"[A-Za-z0-9_.\-/]{1,250}", valid(PREFIX + dag))


@pytest.mark.feature("L3")
def test_accepted_name_stays_and_long_names_stay_apart() -> None:
    assert valid("pool.open_slots.default_pool") == "pool.open_slots.default_pool"
    assert valid(PREFIX + LONG + "b") != valid(PREFIX + LONG + "c")


@pytest.mark.feature("L3")
def test_image_gives_the_handler_to_airflow() -> None:
    module, name = DEFAULTS["AIRFLOW__METRICS__STAT_NAME_HANDLER"].rsplit(".", 1)
    handler = getattr(import_module(module), name)
    collector = Collector(allowed=".*")
    collector.take(f"airflow.{handler('dag.übung.duration')}:5|ms".encode())
    assert list(collector.drain()) == ["dag._bung.duration"]
