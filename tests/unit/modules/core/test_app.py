"""The output of a synthesis is deterministic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from environments.load import from_data
from tests.synthesis import deployed, synthesize
from tests.unit.environments.cases import SMALLEST, changed
from tests.unit.modules.variants import LARGE


@pytest.mark.feature("O1")
@pytest.mark.parametrize("changes", [{}, LARGE])
def test_second_synthesis_changes_no_byte(changes: dict[str, Any], tmp_path: Path) -> None:
    environment = from_data(changed(SMALLEST, changes), source="test")
    first = deployed(**changes).files
    second = synthesize([environment], out=tmp_path)
    assert {name: file.read_bytes() for name, file in first.items()} == {
        name: file.read_bytes() for name, file in second.items()
    }
