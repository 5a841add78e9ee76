"""Terraform's own configuration file, written for this run: the machine's may point at nothing."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path

from terraform_harness.terraform import mirror as mirrors

CACHE = Path("~/.cache/airflow-fargate/terraform-plugins")


def text(*, mirror: Path | None, cache_folder: Path) -> str:
    """The file's text: providers from ``mirror`` where it has them, from the registry where not.

    Without a mirror a download is kept in ``cache_folder``, because the AWS provider is 700 MB; with an unpacked mirror
    Terraform links to it and copies nothing.
    """
    lines = ["disable_checkpoint = true"]
    if mirror is None:
        return "\n".join([*lines, f"plugin_cache_dir = {json.dumps(str(cache_folder))}"]) + "\n"
    held = json.dumps(sorted(f"{mirrors.REGISTRY_HOST}/{path.parent.name}/{path.name}" for path in _held(mirror)))
    return "\n".join(
        [
            *lines,
            "provider_installation {",
            "  filesystem_mirror {",
            f"    path    = {json.dumps(str(mirror))}",
            f"    include = {held}",
            "  }",
            f"  direct {{\n    exclude = {held}\n  }}",
            "}\n",
        ]
    )


def _held(mirror: Path) -> list[Path]:
    return [folder for folder in (mirror / mirrors.REGISTRY_HOST).glob("*/*") if folder.is_dir()]


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="airflow-fargate-terraform-")


@cache
def path() -> Path:
    """The file for this process, removed at its end."""
    cache_folder = CACHE.expanduser()
    mirror = mirrors.find()
    if mirror is None:
        cache_folder.mkdir(parents=True, exist_ok=True)
    file = Path(_folder().name) / "cli.tfrc"
    file.write_text(text(mirror=mirror, cache_folder=cache_folder))
    return file
