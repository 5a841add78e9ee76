"""Reads root modules: the files in a folder, in the shape of Terraform JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from operator import methodcaller
from pathlib import Path
from typing import Any

from terraform_harness.terraform.hcl_blocks import blocks
from terraform_harness.terraform.json_syntax import normalized

OVERRIDE_FILE = "zz_harness_override.tf.json"
"""The file with which ``workspace`` changes a copy of a root module; it is not part of the configuration."""


class WorkspaceError(ValueError):
    """The folder is not a root module that the harness can read; the message names the fix."""


__tracebackhide__ = methodcaller("errisinstance", WorkspaceError)


def read(folder: Path) -> dict[str, Any]:
    """Return the configuration in ``folder``, in the shape of Terraform JSON.

    ``*.tf.json`` files are read as a whole. Of ``*.tf`` files only the blocks' names are known: their bodies are empty,
    except for ``region`` and ``alias`` of providers.

    Raises:
        WorkspaceError: There is no configuration, or a file is not a JSON object.
    """
    files = configuration_files(folder)
    document: dict[str, Any] = {}
    for file in files:
        content = read_json(file) if file.suffix == ".json" else _block_names(file.read_text())
        document = _merged(document, content) if document else content
    return document


def configuration_files(folder: Path) -> tuple[Path, ...]:
    """Return the Terraform files in ``folder``, without the harness's own override file.

    Raises:
        WorkspaceError: The folder is missing or has none; the message lists the folders next to it that have some.
    """
    files = tuple(sorted(file for file in _terraform_files(folder) if file.name != OVERRIDE_FILE))
    if files:
        return files
    if folder.is_dir():
        raise WorkspaceError(
            f"{folder}: no Terraform files. Fix: synthesize the stacks first, for instance `cdktf synth`"
        )
    others = [path.name for path in _folders(folder.parent) if _terraform_files(path)]
    listed = f"stacks in {folder.parent}: {', '.join(others)}" if others else f"{folder.parent} has no stacks"
    raise WorkspaceError(f"{folder}: no such stack; {listed}. Fix: correct the name, or synthesize the stacks first")


def read_json(file: Path) -> dict[str, Any]:
    """Return the content of one file with a configuration or a plan in JSON.

    Raises:
        WorkspaceError: The file is not a JSON object.
    """
    try:
        found = json.loads(file.read_text())
    except ValueError as error:
        raise WorkspaceError(f"{file}: not JSON ({error}). Fix: write the file again") from None
    if not isinstance(found, dict):
        raise WorkspaceError(f"{file}: must be a JSON object, got {type(found).__name__}. Fix: write the file again")
    return normalized(found)


def is_json(folder: Path) -> bool:
    """Tell whether every Terraform file in ``folder`` is Terraform JSON, so that ``read`` knows every attribute."""
    return all(file.suffix == ".json" for file in configuration_files(folder))


def providers_of(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the AWS provider blocks of a configuration."""
    found = document.get("provider", {}).get("aws", [])
    return found if isinstance(found, list) else [found]


def provider_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the default AWS provider block of a configuration; empty when there is none."""
    return next((block for block in providers_of(document) if "alias" not in block), {})


def _terraform_files(folder: Path) -> list[Path]:
    return [*folder.glob("*.tf"), *folder.glob("*.tf.json")]


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _block_names(text: str) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for block in blocks(text):
        if block.type in ("resource", "data") and len(block.labels) == 2:
            document.setdefault(block.type, {}).setdefault(block.labels[0], {})[block.labels[1]] = {}
        elif block.type == "provider" and block.labels:
            known = {name: value for name in ("alias", "region") if (value := block.literal(name))}
            document.setdefault("provider", {}).setdefault(block.labels[0], []).append(known)
        elif block.type == "output" and block.labels:
            document.setdefault("output", {})[block.labels[0]] = {}
        elif block.type == "terraform" and block.backend:
            document["terraform"] = {"cloud": {}} if block.backend == "cloud" else {"backend": {block.backend: {}}}
    return document


def _merged(first: Any, second: Any) -> Any:
    if isinstance(first, dict) and isinstance(second, dict):
        return first | {key: _merged(first[key], value) if key in first else value for key, value in second.items()}
    return [*first, *second] if isinstance(first, list) and isinstance(second, list) else second
