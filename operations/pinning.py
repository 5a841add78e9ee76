"""Writes the digest of an image into an environment file; comments and order of the file are kept."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from environments.atomic_file import write
from environments.load import load, parse
from operations.errors import PreconditionError

SECTION, KEY = "airflow", "image_digest"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def pin(file: Path, digest: str) -> bool:
    """Set ``airflow.image_digest`` in ``file``; returns whether the file changed.

    Raises:
        PreconditionError: ``digest`` is not a digest.
        InvalidEnvironment: the file is invalid.
    """
    require_digest(digest)
    if load(file).airflow.image_digest == digest:
        return False
    text = pinned(file.read_text("utf-8"), digest)
    if parse(text, source=str(file)).airflow.image_digest != digest:
        raise PreconditionError(
            f"{file}: the digest cannot be inserted. Fix: write airflow: {{{KEY}: {digest}}} by hand"
        )
    write(file, text, mode=file.stat().st_mode & 0o777)
    return True


def require_digest(digest: str) -> None:
    """Raise PreconditionError unless ``digest`` is the digest of an image."""
    if not DIGEST.fullmatch(digest):
        raise PreconditionError(
            f"{digest!r} is not a digest. Fix: give sha256: and 64 hexadecimal digits, as `image` prints them"
        )


def pinned(text: str, digest: str) -> str:
    """The text of an environment file with the digest.

    >>> pinned("name: dev\\nairflow:\\n  image_tag: '1'  # ours\\n", "sha256:0")
    "name: dev\\nairflow:\\n  image_digest: sha256:0\\n  image_tag: '1'  # ours\\n"
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    section = _value(root, SECTION)
    if section is None:
        return f"{text.rstrip()}\n\n{SECTION}:\n  {KEY}: {digest}\n"
    old = _value(section, KEY)
    if old is not None:
        return text[: old.start_mark.index] + digest + text[old.end_mark.index :]
    at = section.start_mark.index
    if isinstance(section, yaml.MappingNode) and section.flow_style:
        entry = f"{KEY}: {digest}" + (", " if section.value else "")
        return f"{text[: at + 1]}{entry}{text[at + 1 :]}"
    return f"{text[:at]}{KEY}: {digest}\n{' ' * section.start_mark.column}{text[at:]}"


def _value(mapping: yaml.Node | None, key: str) -> yaml.Node | None:
    if isinstance(mapping, yaml.MappingNode):
        return next((value for name, value in mapping.value if name.value == key), None)
    return None
