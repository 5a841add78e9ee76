"""Messages of the export commands."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from environments.errors import printable


def fail(problem: Exception) -> NoReturn:
    """Print the message of ``problem`` with control characters escaped, and exit with code 2."""
    print("\n".join(printable(line) for line in str(problem).split("\n")), file=sys.stderr)
    raise typer.Exit(2) from None
