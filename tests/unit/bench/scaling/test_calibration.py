"""The simulator predicts the start of workers that the live tier measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.scaling import calibration
from bench.scaling.calibration import MOST_DEVIATION, compare, read_record


@pytest.mark.feature("A5")
def test_predicted_start_of_workers_is_within_15_percent_of_the_recorded_run() -> None:
    found = compare(read_record())
    assert found.deviation <= MOST_DEVIATION
    # The datapoints of a run are ten seconds apart.
    assert abs(found.predicted_decision - found.measured_decision) < 10


@pytest.mark.feature("A5")
def test_wrong_start_time_of_a_worker_is_found() -> None:
    record = read_record()
    slower = replace(record, start_seconds=tuple(2 * seconds for seconds in record.start_seconds))
    assert compare(slower).deviation > MOST_DEVIATION


@pytest.mark.feature("A5")
def test_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_text(calibration.text(read_record()))
    assert read_record(file) == read_record()
