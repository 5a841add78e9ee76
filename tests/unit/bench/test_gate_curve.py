"""The root of the benchmark has the stated number of resources, and the gate can read it."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_gate.reading.inputs import read

from bench.gate_curve import document


@pytest.mark.feature("P8")
def test_root_of_the_curve_has_the_number_of_resources(tmp_path: Path) -> None:
    document(95, tmp_path / "main.tf.json")
    inputs = read([tmp_path])
    (configuration,) = inputs.configurations()
    assert not inputs.problems
    assert len(configuration.resources) == 100 + 3  # whole copies, and the network
