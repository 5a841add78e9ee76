"""Writes the report of a command to a file or to standard output; a failure is one line and exit code 2."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from terraform_gate.files import write_atomically
from terraform_gate.gate.printable import printable


def write_output(text: str, file: Path | None = None) -> int:
    """Write a report, without control characters.

    Args:
        text: The report, without the final line end.
        file: Where to write it; None for standard output.

    Returns:
        0, or 2 when it cannot be written: the report is incomplete, whatever the verdicts are.
    """
    report = printable(text) + "\n"
    try:
        if file is not None:
            write_atomically(file, report)
        else:
            _print(report)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        where = "standard output" if file is None else f"--output {file}"
        fix = (
            "read it to its end"
            if isinstance(error, BrokenPipeError)
            else "name a file in a folder that can be written"
        )
        sys.stderr.write(printable(f"{where}: {reason}. Fix: {fix}") + "\n")
        return 2
    return 0


def _print(report: str) -> None:
    """Write to standard output now, so that an error is reported here and not while Python ends."""
    stream = sys.stdout
    if stream is None:
        raise OSError(0, "is closed")
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        stream.write(report.encode(encoding, errors="backslashreplace").decode(encoding))
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise
