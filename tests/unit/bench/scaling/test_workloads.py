"""A trace of a user's own Airflow tasks, with holes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.scaling.workloads import SYNTHETIC, TraceError, read_trace

HEAD = "queued_at,started_at,ended_at\n"


@pytest.mark.feature("A5")
def test_trace_becomes_jobs_with_their_run_time(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(
        HEAD
        + "2026-11-27T10:00:00+00:00,2026-11-27T10:01:00+00:00,2026-11-27T10:03:00+00:00\n"
        + "2026-11-27T11:00:00+00:00,2026-11-27T11:00:00+00:00,2026-11-27T12:00:00+00:00\n"
    )
    found = read_trace(file)
    assert [(job.at, job.seconds) for job in found.jobs] == [(0, 120), (3600, 3600)]
    assert (found.name, found.hours) == ("mine", 2)


@pytest.mark.feature("A5")
def test_times_without_a_zone_are_utc_and_rows_of_one_task_belong_together(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(
        "task,queued_at,started_at,ended_at\n"
        "a.load,2026-11-27 10:00:00+00,2026-11-27 10:00:00+00,2026-11-27 10:00:09+00\n"
        "a.load,2026-11-27 10:01:00,2026-11-27 11:01:00+01:00,2026-11-27 10:01:09\n"
    )
    assert [(job.at, job.seconds, job.kind) for job in read_trace(file).jobs] == [(0, 9, "a.load"), (60, 9, "a.load")]


@pytest.mark.feature("A5")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column queued_at is missing. Fix: "),
        ("queued_at,ended_at\n", "column started_at is missing"),
        (HEAD, "has no tasks. Fix: "),
        (HEAD + "2026-11-27T10:00:00,,2026-11-27T10:03:00\n", r":2: started_at: must be a time such as .*, got ''"),
        (HEAD + "2026-11-27T10:00:00,2026-11-27T09:00:00,2026-11-27T10:03:00\n", ":2: .* are not in order. Fix: "),
        (HEAD + "2026-11-27T10:00:00\n", ":2: started_at: must be a time"),
    ],
)
def test_trace_with_holes_is_rejected_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(text)
    with pytest.raises(TraceError, match=message):
        read_trace(file)


@pytest.mark.feature("A5")
@pytest.mark.parametrize("name", SYNTHETIC)
def test_workload_is_the_same_for_the_same_seed_and_another_for_another(name: str) -> None:
    make = SYNTHETIC[name]
    assert make(1) == make(1)
    assert make(1) != make(2)
    jobs = make(1).jobs
    assert all(earlier < index for index, job in enumerate(jobs) for earlier in job.after)
