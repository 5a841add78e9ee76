"""Reports a feature whose optional packages are not installed."""

from __future__ import annotations

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
        raise MissingExtra(f"{', '.join(missing)} is not installed. Fix: pip install 'terraform-harness[{extra}]'")
