"""Writes files atomically: a reader sees the whole old file or the whole new one."""

from __future__ import annotations

import tempfile
from pathlib import Path


def write(path: Path, content: str | bytes, *, mode: int = 0o644) -> None:
    """Write ``content`` (text as UTF-8) to a temporary file in the folder of ``path``, then replace ``path`` by it.

    A pipe or a device (``/dev/stdout``, ``/dev/null``) is opened and written instead, with its own permissions: to
    replace it would destroy it. A link to a file stays a link: the file is replaced.

    Args:
        path: the file; missing parent folders are made.
        content: the complete content.
        mode: permissions of the file; the temporary file is readable by its owner only.

    Raises:
        OSError: the file cannot be written. An old file is unchanged, and no temporary file is left.
    """
    data = content.encode() if isinstance(content, str) else content
    path = path.resolve() if path.is_symlink() else path
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False, suffix=".tmp") as stream:
        temporary = Path(stream.name)
        try:
            stream.write(data)
            stream.flush()
            temporary.chmod(mode)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
