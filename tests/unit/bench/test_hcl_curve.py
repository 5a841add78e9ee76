"""The folder of the benchmark has the stated number of files, and the gate evaluates its expressions."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_gate.ecs.containers import containers_of
from terraform_gate.reading.inputs import read

from bench.hcl_curve import write


@pytest.mark.feature("P8")
def test_folder_of_the_curve_is_read_and_evaluated(tmp_path: Path) -> None:
    lines = write(3, tmp_path)
    inputs = read([tmp_path])
    (configuration,) = inputs.configurations()
    assert not inputs.problems
    assert lines == sum(file.read_text().count("\n") for file in tmp_path.iterdir())
    assert len(list(tmp_path.iterdir())) == 3
    task, _ = configuration.of_type("aws_ecs_task_definition")
    assert containers_of(task)[0].environment == {"METRICS": "9102", "WEB": "443"}
    assert len(configuration.of_type("aws_cloudwatch_log_group")) == 4
