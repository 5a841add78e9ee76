"""A file is written whole or not at all, with the permissions that its content needs."""

from __future__ import annotations

import os
import stat
import threading
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


@pytest.mark.parametrize("link", [False, True])
def test_a_pipe_is_written_and_not_replaced(tmp_path: Path, link: bool) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    file = tmp_path / "link"
    file.symlink_to(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")), daemon=True)
    reader.start()
    atomic_file.write(file if link else pipe, "ä text", mode=0o600)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    reader.join(5)
    assert read == ["ä text"]


def test_a_link_stays_a_link_to_the_written_file(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("old")
    link.symlink_to(file)
    atomic_file.write(link, "new")
    assert (link.is_symlink(), file.read_text()) == (True, "new")
