"""Generated code is loaded without assertions; stale or damaged bytecode is recreated."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cdktf_fast_bindings.generated_code import LeanCode

SOURCE = '''"""Words."""
import typing
checked = __debug__
cast = typing.cast(typing.Undefined, 1)
def call(one: undefined) -> undefined: ...
'''


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "one.py"
    path.write_text(SOURCE)
    return path


def loaded(source: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    code = LeanCode("one", str(source)).get_code("one")
    assert code is not None
    exec(code, found)  # noqa: S102
    return found


def bytecode(source: Path) -> Path:
    (path,) = (source.parent / "__pycache__").glob("one.*.opt-2lean.pyc")
    return path


def test_assertions_docstrings_annotations_and_casts_are_removed(source: Path) -> None:
    for made in (loaded(source), loaded(source)):  # compiled, then from bytecode
        assert (made["checked"], made.get("__doc__"), made["cast"]) == (False, None, 1)


@pytest.mark.parametrize("content", [b"", b"short", bytes(200)])
def test_damaged_bytecode_is_recreated(source: Path, content: bytes) -> None:
    loaded(source)
    whole = bytecode(source).read_bytes()
    bytecode(source).write_bytes(content)
    assert loaded(source)["checked"] is False
    assert bytecode(source).read_bytes() == whole


def test_changed_source_is_compiled_again(source: Path) -> None:
    loaded(source)
    source.write_text("checked = 'changed'\n")
    assert loaded(source)["checked"] == "changed"


def test_unwritable_folder_only_costs_time(source: Path) -> None:
    (source.parent / "__pycache__").write_text("a file where the folder should be")
    assert loaded(source)["checked"] is False


def test_bytecode_is_kept_below_the_folder_that_python_is_configured_to_use(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "kept"))
    loaded(source)
    assert list((tmp_path / "kept").rglob("one.*.opt-2lean.pyc"))
