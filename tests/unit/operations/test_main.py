"""Command line: exit codes, one message, the next command."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.unit.environments.cases import SMALLEST, changed
from tests.unit.operations.command_line import run


@pytest.mark.feature("O2")
@pytest.mark.parametrize(
    ("words", "following"),
    [
        (("secrets", "dev"), "Next: .venv/bin/python -m operations migrate dev"),
        (("migrate", "dev"), "Next: .venv/bin/python -m operations deploy dev"),
        (("rotate", "dev", "jwt", "--yes"), "Next: .venv/bin/python -m operations verify dev"),
        (("hibernate", "dev", "--yes"), "Next: .venv/bin/python -m operations wake dev"),
        (("wake", "dev"), "Next: .venv/bin/python -m operations verify dev"),
        (("downgrade", "dev", "29ce7909c52b", "--yes"), ".venv/bin/python -m operations deploy dev"),
    ],
)
def test_every_command_ends_with_the_next_command(folder: Path, words: tuple[str, ...], following: str) -> None:
    code, _, err = run(folder, *words)
    assert code == 0
    assert following in err.splitlines()[-1]


@pytest.mark.feature("O2")
def test_invalid_environment_file_is_reported_with_exit_code_2(folder: Path) -> None:
    (folder / "dev.yaml").write_text(yaml.safe_dump(changed(SMALLEST, {"region": "nowhere"})))
    code, out, err = run(folder, "verify", "dev")
    assert (code, out) == (2, "")
    assert "dev.yaml: region: must be a commercial AWS region" in err
    assert "Traceback" not in err
