"""The monthly cost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from environments.sections.compute import EcsExecutor
from environments.sections.operation import Hibernation
from report.contents import Contents
from report.cost.awake import awake_share
from report.cost.estimate import Estimate, estimate
from report.cost.prices import PriceList, price_list
from report.cost.profile import ASSUMED, HOURS, Profile
from report.cost.variants import Variant, variants_of
from report.errors import ReportError
from report.page.render import page
from report.source import Source

FRANKFURT = price_list("eu-central-1")


def cost(source: Source, prices: PriceList = FRANKFURT, profile: Profile = ASSUMED) -> Estimate:
    return estimate(source.configuration, source.environment, prices=prices, profile=profile)


@pytest.mark.feature("O4")
def test_cost_is_quantity_times_price_by_key(source: Source) -> None:
    found = cost(source)
    assert not found.unknown
    nodes = [line for line in found.lines if line.item.what == "NAT gateway"]
    assert [line.usd for line in nodes] == [pytest.approx(HOURS * 0.052)] * 2
    database = [line.usd for line in found.lines if line.item.key == "database"]
    assert database == [pytest.approx(2 * HOURS * 0.075), pytest.approx(2 * 50 * 0.137)]
    assert sum(value or 0 for value in found.by("key").values()) == pytest.approx(found.total)


@pytest.mark.feature("O4")
def test_measured_profile_replaces_the_assumption(source: Source) -> None:
    measured = cost(source, profile=Profile(tasks={"worker-default": 0}, is_measured=True))
    assert "workers[default]" in cost(source).by("key")
    assert "workers[default]" not in measured.by("key")


@pytest.mark.feature("O4", "T8")
def test_airflow_tasks_on_fargate_are_counted_like_workers_assumed_or_measured(source: Source) -> None:
    environment = source.environment.model_copy(update={"ecs_executor": EcsExecutor(max_count=20, spot=True)})
    found = cost(replace(source, environment=environment))
    vcpu, _gib = [line for line in found.lines if line.item.key == "ecs_executor"]
    assert vcpu.item.quantity == pytest.approx(20 * 0.25 * 0.5 * HOURS)
    assert vcpu.usd == pytest.approx(vcpu.item.quantity * FRANKFURT.prices["fargate.arm.vcpu"].usd * 0.3)
    assert "airflow-task: 5 Fargate tasks on average, 25% of the most, 20" in found.assumptions
    none = cost(replace(source, environment=environment), profile=Profile(tasks={"airflow-task": 0}, is_measured=True))
    assert "ecs_executor" not in none.by("key")


@pytest.mark.feature("O4")
def test_unknown_region_has_quantities_but_no_price_of_another_region(source: Source, contents: Contents) -> None:
    found = cost(source, prices=price_list("ap-south-2"))
    assert found.total == 0
    assert len(found.unknown) == len(found.lines) > 0
    text = page([replace(contents, cost=found)])
    assert "There is no price file for ap-south-2" in text
    assert "not known in ap-south-2" in text


@pytest.mark.feature("O4")
def test_instance_class_without_a_price_is_not_guessed(source: Source) -> None:
    fewer = {name: price for name, price in FRANKFURT.prices.items() if not name.startswith("rds.postgres")}
    found = cost(source, prices=replace(FRANKFURT, prices=fewer))
    assert found.by("key")["database"] is None
    assert [line.item.price for line in found.unknown] == ["rds.postgres.db.t4g.medium"]


@pytest.mark.feature("O4")
@pytest.mark.parametrize(
    "document", [{}, [], {"date": "2026-01-01", "prices": {"a": {"usd": "1", "unit": "h", "source": "s"}}}]
)
def test_invalid_price_file_is_named(tmp_path: Path, document: object) -> None:
    (tmp_path / "eu-west-1.json").write_text(json.dumps(document))
    with pytest.raises(ReportError, match=r"eu-west-1.json: is not a price file .* Fix: "):
        price_list("eu-west-1", folder=tmp_path)


@pytest.mark.feature("O4")
@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
def test_every_price_has_a_source_and_the_file_a_date(region: str) -> None:
    prices = price_list(region)
    assert prices.date >= "2026-11-27"
    assert {price.source.startswith("https://aws.amazon.com/") for price in prices.prices.values()} == {True}


@pytest.mark.feature("O4")
@pytest.mark.parametrize(
    ("start", "stop", "hours"),
    [("0 7 * * 1-5", "0 20 * * 1-5", 65), ("0 7 * * MON-FRI", "0 19 * * *", 60), ("0 0 * * 1", "0 0 * * 2", 24)],
)
def test_hibernation_costs_only_the_hours_between_start_and_stop(start: str, stop: str, hours: int) -> None:
    assert awake_share(Hibernation(start=start, stop=stop)) == pytest.approx(hours / 168)


@pytest.mark.feature("O4")
def test_change_is_synthesized_and_its_difference_is_the_price(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("report.cost.variants._changes", _two_changes)
    single, invalid = variants_of(source.file, source.environment, cost(source), prices=FRANKFURT, profile=ASSUMED)
    assert single.difference == pytest.approx(-HOURS * (0.052 + 0.005), abs=0.01)
    assert invalid.difference is None
    assert "must be true in production" in invalid.problem


def _two_changes(data: dict[str, object], *_: object) -> list[Variant]:
    from report.cost.variants import _change

    return [
        *_change(data, ("network", "egress"), "nat_per_zone", "single_nat"),
        *_change(data, ("database", "multi_az"), True, False),
    ]
