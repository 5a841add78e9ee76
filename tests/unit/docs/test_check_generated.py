"""One process checks everything that is generated, and reports each program that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.docs.generators import load

check_generated = load("check_generated")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("sys.exit(3)", ""),
        ("sys.exit('a.md is out of date')", "a.md is out of date"),
        ("raise OSError('disk')", "OSError: disk"),
    ],
)
def test_failing_program_is_named_and_the_others_run(
    statement: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.py").write_text(f"import sys\n{statement}\n")
    (tmp_path / "good.py").write_text("import sys\nprint(sys.argv[1:])\nsys.exit(0)\n")
    programs = [f"{tmp_path}/bad.py --check", f"{tmp_path}/good.py --check", f"{tmp_path}/good.py --again"]
    assert check_generated.main(programs) == 1
    out, err = capsys.readouterr()
    assert out == "['--check']\n['--again']\n"
    assert said in err
    assert err.endswith(f"failed: {tmp_path}/bad.py --check\n")
    assert check_generated.main(programs[1:]) == 0
