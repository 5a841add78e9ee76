"""Writes a CLI configuration file for Terraform, so that settings of the machine have no effect."""

from __future__ import annotations

import json
import tempfile
import threading
from functools import cache
from pathlib import Path

from terraform_harness.terraform import mirror as mirrors

CACHE = Path("~/.cache/terraform-harness/plugins")
_LOCK = threading.Lock()


def text(*, mirror: Path | None, cache_folder: Path) -> str:
    """Return the text of the file.

    Args:
        mirror: A folder with unpacked providers, which Terraform links to; None where there is none. Providers that
            the mirror lacks come from the registry.
        cache_folder: Where Terraform keeps downloads when there is no mirror: the AWS provider has 700 MB.
    """
    lines = ["disable_checkpoint = true"]
    if mirror is None:
        return "\n".join([*lines, f"plugin_cache_dir = {json.dumps(str(cache_folder))}"]) + "\n"
    included = json.dumps(
        sorted(f"{mirrors.REGISTRY_HOST}/{path.parent.name}/{path.name}" for path in _providers(mirror))
    )
    return "\n".join(
        [
            *lines,
            "provider_installation {",
            "  filesystem_mirror {",
            f"    path    = {json.dumps(str(mirror))}",
            f"    include = {included}",
            "  }",
            f"  direct {{\n    exclude = {included}\n  }}",
            "}\n",
        ]
    )


def _providers(mirror: Path) -> list[Path]:
    return [folder for folder in (mirror / mirrors.REGISTRY_HOST).glob("*/*") if folder.is_dir()]


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="terraform-harness-")


def path() -> Path:
    """Return the path of the file for this process; it is deleted when the process ends."""
    # Two threads that both miss the cache would each make a folder, and the one that is not kept deletes its folder.
    with _LOCK:
        return _written()


@cache
def _written() -> Path:
    cache_folder = CACHE.expanduser()
    mirror = mirrors.find()
    if mirror is None:
        cache_folder.mkdir(parents=True, exist_ok=True)
    file = Path(_folder().name) / "cli.tfrc"
    file.write_text(text(mirror=mirror, cache_folder=cache_folder))
    return file
