"""Reports a feature whose optional packages are not installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec


class MissingExtra(RuntimeError):
    """A feature needs packages that are not installed; the message names the extra to install."""


def require_extra(extra: str, *modules: str) -> None:
    """Raise MissingExtra unless every one of ``modules`` can be imported.

    Args:
        extra: The extra of ``terraform-harness`` that installs them, for instance ``"emulator"``.
        modules: Names of top-level modules, for instance ``"moto"``.
    """
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise _missing(extra, ", ".join(missing))


@contextmanager
def imports_of_extra(extra: str, *, program: bool = False) -> Iterator[None]:
    """Name the extra when an import in this block finds no module.

    Args:
        extra: The extra of ``terraform-harness`` that installs the modules.
        program: Print the message and exit with code 2, for the main module of a program.

    Raises:
        MissingExtra: A module is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        missing = _missing(extra, error.name or str(error))
    except MissingExtra as error:
        missing = error
    else:
        return
    if program:
        sys.stderr.write(f"{missing}\n")
        sys.exit(2)
    raise missing


def _missing(extra: str, modules: str) -> MissingExtra:
    return MissingExtra(f"{modules} is not installed. Fix: pip install 'terraform-harness[{extra}]'")
