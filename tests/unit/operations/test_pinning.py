"""The digest of an image in an environment file; the rest of the file stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from environments.load import load
from operations.pinning import pinned
from tests.unit.environments.cases import SMALLEST
from tests.unit.operations.command_line import run

NEW, OLD = "sha256:" + "1" * 64, "sha256:" + "0" * 64


@pytest.mark.feature("O5")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("name: dev  # ours\n", f"name: dev  # ours\n\nairflow:\n  image_digest: {NEW}\n"),
        (
            f"airflow:\n  image_digest: '{OLD}'  # why\nname: dev\n",
            f"airflow:\n  image_digest: {NEW}  # why\nname: dev\n",
        ),
        (f"airflow: {{image_digest: {OLD}}}\n", f"airflow: {{image_digest: {NEW}}}\n"),
        ("airflow: {exec_enabled: true}\n", f"airflow: {{image_digest: {NEW}, exec_enabled: true}}\n"),
        ("airflow: {}\n", f"airflow: {{image_digest: {NEW}}}\n"),
        ("airflow:\n    exec_enabled: true\n", f"airflow:\n    image_digest: {NEW}\n    exec_enabled: true\n"),
    ],
    ids=["no-section", "replaced", "replaced-in-braces", "added-in-braces", "empty-braces", "added"],
)
def test_digest_is_inserted_and_comments_are_kept(before: str, after: str) -> None:
    assert pinned(before, NEW) == after


@pytest.mark.feature("O5")
def test_pinned_file_is_valid_and_a_second_pin_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text("# first line\n" + yaml.safe_dump(SMALLEST))
    code, _, err = run(tmp_path, "pin", "dev", NEW)
    assert code == 0, err
    assert load(file).airflow.image_digest == NEW
    assert file.read_text().startswith("# first line\n")
    once = file.read_text()
    assert "was already" in run(tmp_path, "pin", "dev", NEW)[2]
    assert file.read_text() == once


@pytest.mark.feature("O5")
@pytest.mark.parametrize("digest", ["latest", "sha256:1", "", NEW + "\n", "$(id)"])
def test_text_that_is_no_digest_is_rejected(tmp_path: Path, digest: str) -> None:
    file = tmp_path / "dev.yaml"
    file.write_text(yaml.safe_dump(SMALLEST))
    code, _, err = run(tmp_path, "pin", "dev", digest)
    assert code == 2
    assert "is not a digest. Fix: give sha256: and 64 hexadecimal digits, as `image` prints them" in err
    assert file.read_text() == yaml.safe_dump(SMALLEST)
