"""A file is written whole or not at all, with the permissions that its content needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import atomic_file


def test_file_is_replaced_with_its_permissions_and_folders(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "file"
    atomic_file.write(file, "old")
    assert file.stat().st_mode & 0o777 == 0o644
    atomic_file.write(file, "ä secret", mode=0o600)
    assert (file.read_text("utf-8"), file.stat().st_mode & 0o777) == ("ä secret", 0o600)
    assert list(file.parent.iterdir()) == [file]


def test_failed_write_keeps_the_old_file_and_leaves_no_other(tmp_path: Path) -> None:
    file = tmp_path / "file"
    atomic_file.write(file, "old")
    with pytest.raises(UnicodeEncodeError):
        atomic_file.write(file, "half of it \udc80")
    assert file.read_text() == "old"
    with pytest.raises(OSError, match="directory"):
        atomic_file.write(tmp_path, "text")
    assert list(tmp_path.iterdir()) == [file]
    assert not list(tmp_path.parent.glob("*.tmp"))
