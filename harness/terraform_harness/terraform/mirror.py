"""Where Terraform finds its providers without asking a registry."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

VARIABLE = "AIRFLOW_FARGATE_PROVIDER_MIRROR"
ADD_ON_ROOTS = (Path("/opt"), Path("/usr/local"), Path("/srv"))
REGISTRY_HOST = "registry.terraform.io"
PROVIDER = Path(REGISTRY_HOST) / "hashicorp" / "aws"


def implied_folders(*, home: Path) -> tuple[Path, ...]:
    """The folders that Terraform itself takes for a mirror (source: its CLI configuration, *Implied Local Mirrors*)."""
    return (
        home / ".terraform.d" / "plugins",
        home / ".local" / "share" / "terraform" / "plugins",
        Path("/usr/local/share/terraform/plugins"),
        Path("/usr/share/terraform/plugins"),
    )


def candidates(*, environ: Mapping[str, str], home: Path, roots: Iterable[Path] = ADD_ON_ROOTS) -> tuple[Path, ...]:
    """Every folder that may be a mirror, the best first: named by ``VARIABLE``, implied, then add-on software."""
    named = environ.get(VARIABLE)
    if named:
        return (Path(named),)
    below = (child for root in roots if root.is_dir() for child in sorted(root.iterdir()))
    return (*implied_folders(home=home), *below)


def find(
    *, environ: Mapping[str, str] | None = None, home: Path | None = None, roots: Iterable[Path] = ADD_ON_ROOTS
) -> Path | None:
    """The first folder that holds the AWS provider, or None: Terraform then asks the registry."""
    found = candidates(environ=os.environ if environ is None else environ, home=home or Path.home(), roots=roots)
    return next((folder for folder in found if _holds_provider(folder)), None)


def _holds_provider(folder: Path) -> bool:
    try:
        return (folder / PROVIDER).is_dir()
    except OSError:
        return False
