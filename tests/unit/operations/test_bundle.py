"""The archive for a workspace: deterministic, self-contained, without secrets."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from operations import bundle
from operations.__main__ import app
from operations.errors import PreconditionError


def root(folder: Path, content: dict[str, Any]) -> Path:
    (folder / "cdk.tf.json").write_text(json.dumps(content))
    return folder


@pytest.mark.feature("M6")
def test_same_files_give_the_same_bytes_without_owner_and_time() -> None:
    first = bundle.pack({"b": b"2", "a": b"1"})
    assert first == bundle.pack({"a": b"1", "b": b"2"})
    with tarfile.open(fileobj=io.BytesIO(first)) as archive:
        assert [(entry.name, entry.mtime, entry.uid, entry.uname) for entry in archive] == [
            ("a", 0, 0, ""),
            ("b", 0, 0, ""),
        ]


@pytest.mark.feature("M6")
@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"module": {"m": {"source": "../shared"}}}, "module.m.source: refers to a file outside the archive"),
        ({"locals": {"key": '${file("key.pem")}'}}, "locals.key: refers to a file outside the archive"),
        ({"locals": {"keys": ["AKIAIOSFODNN7EXAMPLE"]}}, "locals.keys[0]: looks like a credential"),
        ({"terraform": {"backend": {"local": {"path": "x"}}}}, "the state is in a local file"),
    ],
)
def test_root_that_is_not_self_contained_is_rejected_with_its_place(
    tmp_path: Path, content: dict[str, Any], message: str
) -> None:
    with pytest.raises(PreconditionError) as error:
        bundle.root_files(root(tmp_path, content))
    assert message in str(error.value)
    assert "Fix: " in str(error.value)
    assert "AKIA" not in str(error.value)


@pytest.mark.feature("M6")
def test_unknown_stack_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from operations import synthesis

    monkeypatch.setattr(synthesis, "synthesize", lambda *_words, **_options: None)
    done = CliRunner().invoke(app, ["bundle", "dev", "network", "--out", str(tmp_path / "out")])
    assert done.exit_code == 2
    assert "unknown stack 'network'. Allowed: foundation, airflow" in done.stderr
    assert not (tmp_path / "out").exists()
