"""Finds a folder that Terraform can install providers from without a registry."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

VARIABLE = "TERRAFORM_HARNESS_PROVIDER_MIRROR"
ADD_ON_ROOTS = (Path("/opt"), Path("/usr/local"), Path("/srv"))
REGISTRY_HOST = "registry.terraform.io"
PROVIDER = Path(REGISTRY_HOST) / "hashicorp" / "aws"


def implied_folders(*, home: Path) -> tuple[Path, ...]:
    """Return the folders that Terraform itself uses as a mirror (*Implied Local Mirrors* in its documentation)."""
    return (
        home / ".terraform.d" / "plugins",
        home / ".local" / "share" / "terraform" / "plugins",
        Path("/usr/local/share/terraform/plugins"),
        Path("/usr/share/terraform/plugins"),
    )


def candidates(*, environ: Mapping[str, str], home: Path, roots: Iterable[Path] = ADD_ON_ROOTS) -> tuple[Path, ...]:
    """Return every folder to search, in order: the one in ``VARIABLE``, implied mirrors, then folders in ``roots``."""
    configured = environ.get(VARIABLE)
    if configured:
        return (Path(configured),)
    add_ons = (folder for root in roots if root.is_dir() for folder in sorted(root.iterdir()))
    return (*implied_folders(home=home), *add_ons)


def find(
    *, environ: Mapping[str, str] | None = None, home: Path | None = None, roots: Iterable[Path] = ADD_ON_ROOTS
) -> Path | None:
    """Return the first folder that holds the AWS provider; None where Terraform has to use the registry."""
    found = candidates(environ=os.environ if environ is None else environ, home=home or Path.home(), roots=roots)
    return next((folder for folder in found if _holds_provider(folder)), None)


def describe(folder: Path) -> str:
    """Return a sentence about the versions of the AWS provider that a mirror holds, with the fix."""
    names = sorted(path.name for path in (folder / PROVIDER).iterdir())
    return (
        f"{folder} has these versions of hashicorp/aws: {', '.join(names) or 'none'}. "
        f"Fix: require one of them, or name another folder with {VARIABLE}"
    )


def _holds_provider(folder: Path) -> bool:
    try:
        return (folder / PROVIDER).is_dir()
    except OSError:
        return False
