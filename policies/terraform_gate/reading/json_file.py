"""Reads JSON files strictly: repeated keys, NaN, endless numbers and deep nesting are errors with a clear message."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from terraform_gate.reading.depth import is_too_deep
from terraform_gate.reading.json_document import RepeatedKeyError, finite, rejected, unique

MOST_DIGITS = 4300
"""Python converts no longer text to an integer."""


class UnreadableError(Exception):
    """A file that cannot be evaluated; ``reason`` says why, with the fix where there is one."""

    def __init__(self, file: Path, reason: str) -> None:
        """Take the file and the reason."""
        super().__init__(f"{file}: {reason}")
        self.file, self.reason = file, reason


def why_not_opened(path: Path, error: OSError) -> str:
    """Return why ``path`` cannot be opened, with the fix."""
    if not isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"{error.strerror or error}. Fix: name a file or folder that can be read"
    return f"{error.strerror}. Fix: name {_what_exists(path.parent)}"


def _what_exists(folder: Path) -> str:
    """Return the first names in a folder, for the fix of a name that is not there."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        names = []
    if not names:
        return "a file or folder that exists"
    more = ", ..." if len(names) > _LISTED else ""
    return f"one that exists; {folder} has {', '.join(names[:_LISTED])}{more}"


_LISTED = 8
_MOST_BYTES = 64 * 1024 * 1024  # the plan of 10,000 resources has 40 MB


def read_text(file: Path) -> str:
    """Read a file of UTF-8 text.

    Raises:
        UnreadableError: The file is missing, is no regular file, is not text, or has more than 64 MiB.
    """
    try:
        if file.exists() and not file.is_file():
            raise UnreadableError(file, "not a regular file")
        if file.stat().st_size > _MOST_BYTES:
            raise UnreadableError(file, f"larger than {_MOST_BYTES >> 20} MiB. Fix: split the configuration")
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableError(file, why_not_opened(file, error)) from error
    except UnicodeDecodeError as error:
        raise UnreadableError(file, f"not UTF-8 text (byte {error.start})") from error


def read_json(file: Path) -> Any:
    """Read a JSON file.

    Raises:
        UnreadableError: The file is missing, is not text, or is not JSON (with line and column).
    """
    text = read_text(file)
    try:
        document = json.loads(
            text, object_pairs_hook=unique, parse_constant=rejected, parse_float=finite, parse_int=_integer
        )
    except RepeatedKeyError as error:
        raise UnreadableError(file, f"the key {error} is repeated in one object") from error
    except RecursionError as error:
        raise UnreadableError(file, "nested too deeply") from error
    except json.JSONDecodeError as error:
        raise UnreadableError(file, f"not JSON: {error.msg}, line {error.lineno} column {error.colno}") from error
    except ValueError as error:  # a value that Python's parser accepts or cannot convert, and that Terraform rejects
        raise UnreadableError(file, str(error)) from error
    if is_too_deep(document):
        raise UnreadableError(file, "nested too deeply")
    return document


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number has more than {MOST_DIGITS} digits")
    return int(digits)
