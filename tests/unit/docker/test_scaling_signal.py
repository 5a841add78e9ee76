"""The published numbers of missing workers let the alarms act soon, and never twice for the same workers."""

from __future__ import annotations

import pytest
from airflow_fargate.scaling_signal import (
    HOLD_SECONDS,
    NEW_RAN_SECONDS,
    NEW_WAITED_SECONDS,
    WAITED_SECONDS,
    WHOLE_SECONDS,
    ScalingSignal,
    is_new,
    seconds_to_publication,
    weight,
)


def numbers(*observations: tuple[int, int]) -> list[int]:
    """The published numbers for (wanted, desired) every ten seconds."""
    signal = ScalingSignal()
    return [
        signal.number(wanted - desired, desired=desired, now=10.0 * index)
        for index, (wanted, desired) in enumerate(observations)
    ]


@pytest.mark.feature("A1", "A6")
def test_zero_follows_each_number_that_asks_for_workers() -> None:
    assert numbers((5, 0), (6, 5), (7, 5), (7, 7)) == [5, 0, 2, 0]


@pytest.mark.feature("A1")
def test_request_is_not_repeated_before_the_desired_count_changed() -> None:
    assert numbers((5, 0), (5, 0), (5, 0), (5, 5)) == [5, 0, 0, 0]


@pytest.mark.feature("A1")
def test_request_that_nothing_answered_is_repeated() -> None:
    repeated = int(HOLD_SECONDS // 10)
    assert numbers(*[(5, 0)] * (repeated + 1)) == [5, *[0] * (repeated - 1), 5]


@pytest.mark.feature("A2")
def test_surplus_is_repeated_until_workers_are_removed_and_a_zero_follows() -> None:
    assert numbers((1, 4), (1, 4), (1, 2), (1, 2), (1, 2)) == [-3, -3, 0, -1, -1]


@pytest.mark.feature("A1")
def test_new_load_after_a_surplus_is_published_at_once() -> None:
    assert numbers((2, 0), (1, 2), (4, 2)) == [2, -1, 2]


@pytest.mark.feature("A1")
@pytest.mark.parametrize(("now", "seconds"), [(100.0, 7.0), (107.3, 9.7), (119.0, 8.0), (106.9, 1.0)])
def test_publications_are_at_the_same_part_of_every_period(now: float, seconds: float) -> None:
    assert seconds_to_publication(now, 10.0) == pytest.approx(seconds)


@pytest.mark.feature("A1", "A6")
def test_short_airflow_task_counts_in_part_until_it_has_waited_or_run_longer_than_expected() -> None:
    half = WHOLE_SECONDS / 2
    assert [weight(None), weight(half), weight(3 * half)] == [1.0, 0.5, 1.0]
    assert weight(half, waited=WAITED_SECONDS - 1) == weight(half, ran=WHOLE_SECONDS - 1) == 0.5
    assert weight(half, waited=WAITED_SECONDS + 1) == weight(half, ran=WHOLE_SECONDS + 1) == 1.0


@pytest.mark.feature("A1", "A6")
def test_airflow_task_without_history_is_new_until_it_has_waited_or_run() -> None:
    assert is_new(None, waited=NEW_WAITED_SECONDS)
    assert is_new(None, ran=NEW_RAN_SECONDS)
    assert not is_new(None, waited=NEW_WAITED_SECONDS + 1)
    assert not is_new(None, ran=NEW_RAN_SECONDS + 1)
    assert not is_new(2.0)
