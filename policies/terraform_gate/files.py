"""Writes files atomically: a reader sees the whole old file or the whole new one."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomically(file: Path, text: str) -> None:
    """Write ``text`` as UTF-8 to a temporary file in the folder of ``file``, then replace ``file`` by it.

    A link, a pipe or a device (``/dev/stdout``) is opened and written instead: to replace it would destroy it.

    Args:
        file: The target; missing parent folders are made.
        text: The complete content.

    Raises:
        OSError: The file cannot be written; an old file is unchanged and no temporary file is left.
    """
    if file.is_symlink() or (file.exists() and not file.is_file()):
        file.write_text(text, encoding="utf-8")
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
