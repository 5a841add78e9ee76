"""Scaling one service by hand: exactly a number, for a time, and back to autoscaling."""

from __future__ import annotations

import pytest

from operations.errors import PreconditionError
from operations.scaling import scale
from tests.unit.operations.cloud import Cloud

SERVICE = "worker-default"


@pytest.fixture
def scaled(cloud: Cloud) -> Cloud:
    cloud.scalable(SERVICE, 1, 10)
    return cloud


def actions(cloud: Cloud) -> list[tuple[str, dict[str, int]]]:
    found = cloud.client("application-autoscaling").describe_scheduled_actions(ServiceNamespace="ecs")
    return [(action["Schedule"], action["ScalableTargetAction"]) for action in found["ScheduledActions"]]


@pytest.mark.feature("O8")
def test_scaled_service_keeps_exactly_that_number(scaled: Cloud) -> None:
    scale(scaled.account, SERVICE, "3")
    assert (scaled.desired()[SERVICE], scaled.bounds()[SERVICE]) == (3, (3, 3))


@pytest.mark.feature("O8")
def test_auto_restores_the_bounds_of_the_file_and_removes_the_schedule(scaled: Cloud) -> None:
    scale(scaled.account, SERVICE, "3", until="2h")
    scale(scaled.account, SERVICE, "auto")
    group = scaled.account.environment.workers[0]
    assert scaled.bounds()[SERVICE] == (group.min_count, group.max_count)
    assert actions(scaled) == []


@pytest.mark.feature("O8")
def test_until_schedules_the_return_to_autoscaling(scaled: Cloud) -> None:
    scale(scaled.account, SERVICE, "3", until="2099-12-01T06:00")
    group = scaled.account.environment.workers[0]
    bounds = {"MinCapacity": group.min_count, "MaxCapacity": group.max_count}
    assert actions(scaled) == [("at(2099-12-01T06:00:00)", bounds)]


@pytest.mark.feature("O8")
def test_service_without_autoscaling_is_scaled_too(cloud: Cloud) -> None:
    scale(cloud.account, "scheduler", "0")
    assert cloud.desired()["scheduler"] == 0


@pytest.mark.feature("O8")
@pytest.mark.parametrize(
    ("service", "count", "until", "message"),
    [
        ("worker-defalt", "1", None, "no service 'worker-defalt'; did you mean 'worker-default'"),
        (SERVICE, "11", None, "can have 0 to 10 Fargate tasks, or auto; got '11'. Fix: raise its maximum in "),
        (SERVICE, "-1", None, "'-1' is not a count. Fix: give a number from 0 to 10, or auto"),
        (SERVICE, "many", None, "'many' is not a count. Fix: give a number from 0 to 10, or auto"),
        (SERVICE, "٣", None, "'٣' is not a count. Fix: give a number from 0 to 10, or auto"),
        (SERVICE, "3", "2020-01-01T00:00", "--until 2020-01-01T00:00 is in the past"),
        (SERVICE, "3", "2099-13-01T00:00", "--until 2099-13-01T00:00: month must be in 1..12. Fix: "),
        (SERVICE, "3", "tomorrow", "'tomorrow' is not a duration"),
        (SERVICE, "auto", "2h", "--until needs a service with autoscaling, and a number as COUNT"),
        ("scheduler", "1", "2h", "--until needs a service with autoscaling, and a number as COUNT"),
    ],
)
def test_impossible_scaling_is_rejected_before_anything_changes(
    scaled: Cloud, service: str, count: str, until: str | None, message: str
) -> None:
    before = (scaled.desired(), scaled.bounds())
    with pytest.raises(PreconditionError) as raised:
        scale(scaled.account, service, count, until=until)
    assert message in str(raised.value)
    assert (scaled.desired(), scaled.bounds(), actions(scaled)) == (*before, [])
