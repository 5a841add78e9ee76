"""Synthesis of one file, and of a folder."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from operations import stacks
from operations.errors import PreconditionError
from operations.synthesis import synthesize, synthesize_one
from tests.unit.environments.cases import SMALLEST, changed


@pytest.mark.feature("O2")
def test_one_file_of_another_folder_is_synthesized_although_another_file_is_invalid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out" / "stacks"
    monkeypatch.setattr(stacks, "STACKS", out)
    (tmp_path / "qa.yaml").write_text(yaml.safe_dump(changed(SMALLEST, {"name": "qa", "production": False})))
    (tmp_path / "prod.yaml").write_text("name: prod\nregoin: eu-central-1\n")
    synthesize_one(tmp_path / "qa.yaml")
    assert {folder.name for folder in out.iterdir()} == {"bootstrap-111111111111", "qa-foundation", "qa-airflow"}
    with pytest.raises(PreconditionError, match=r"prod.yaml: regoin: unknown key"):
        synthesize(tmp_path)
