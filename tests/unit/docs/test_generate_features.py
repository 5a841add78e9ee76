"""The feature table lists what tests cover, and is up to date."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.unit.docs.generators import load

ROWS = """
systems:
  one: {title: One, source: "https://example.com/one", read: README}
  two: {title: Two, source: "https://example.com/two", read: README}
groups:
  - name: Network
    rows:
      N1: {text: A network, others: {one: yes, two: partly}}
      N2: {text: A way out, others: {two: n/a}}
"""
TESTS = """
import pytest

class TestIt:
    @pytest.mark.feature("N1", "E2")
    async def test_twice(self): ...
"""


@pytest.fixture
def generator() -> ModuleType:
    return load("generate_features")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project with two rows and one test."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "features.yaml").write_text(ROWS)
    (tmp_path / "tests" / "plan").mkdir(parents=True)
    (tmp_path / "tests" / "plan" / "test_it.py").write_text(
        "import pytest\n@pytest.mark.feature('N1')\ndef test_is_there(): ...\ndef test_of_nothing(): ...\n"
    )
    return tmp_path


@pytest.mark.feature("O1")
def test_features_page_of_the_project_is_current(generator: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert generator.main(["--check"]) == 0, capsys.readouterr().err


@pytest.mark.feature("O1")
def test_page_lists_tiers_answers_and_rows_without_a_test(generator: ModuleType, project: Path) -> None:
    assert generator.main([], root=project) == 0
    text = (project / "docs" / "features.md").read_text()
    assert "| N1 | A network | plan | yes | partly |" in text
    assert "| N2 | A way out | no test yet | no | – |" in text
    assert "1 of 2 rows have a test." in text
    assert "[One](https://example.com/one): README" in text


@pytest.mark.feature("O1")
def test_check_of_an_outdated_page_names_the_fix(
    generator: ModuleType, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generator.main(["--check"], root=project) == 1
    assert not (project / "docs" / "features.md").exists()
    assert "Fix: .venv/bin/python docs/generate_features.py" in capsys.readouterr().err
    generator.main([], root=project)
    assert generator.main(["--check"], root=project) == 0


@pytest.mark.feature("O1")
def test_marker_of_an_unknown_row_is_rejected(
    generator: ModuleType, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "tests" / "plan" / "test_more.py").write_text(TESTS)
    assert generator.main([], root=project) == 2
    assert "tests/plan/test_more.py::test_twice: there is no row E2" in capsys.readouterr().err


@pytest.mark.feature("O1")
@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ("one: maybe", "N1: one: 'maybe' is not allowed"),
        ("three: partly", "N1: three: 'partly' is not allowed. Allowed: one, two"),
    ],
)
def test_invalid_answer_is_rejected(
    generator: ModuleType, project: Path, capsys: pytest.CaptureFixture[str], wrong: str, complaint: str
) -> None:
    (project / "docs" / "features.yaml").write_text(ROWS.replace("one: yes", wrong))
    assert generator.main([], root=project) == 2
    assert complaint in capsys.readouterr().err
