"""Copies of root modules that Terraform can run in; the original files never change.

What a run needs on top of the configuration (path-style S3, no account, a local state) goes into an override file of
the copy, which Terraform merges over the configuration (*Override Files* in its documentation).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from operator import methodcaller
from pathlib import Path
from typing import Any

from terraform_harness.terraform.hcl_blocks import blocks
from terraform_harness.terraform.json_syntax import normalized

STACK_FILE = "cdk.tf.json"
OVERRIDE_FILE = "zz_harness_override.tf.json"
NOT_COPIED = shutil.ignore_patterns(".terraform", ".terraform.lock.hcl", "*.tfstate*", "tfplan", OVERRIDE_FILE)
LOCAL_BACKEND = {"local": {"path": "terraform.tfstate"}}
NO_ACCOUNT = {
    "allowed_account_ids": None,
    "access_key": "offline",
    "secret_key": "offline",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
    "skip_region_validation": True,
    "skip_requesting_account_id": True,
}


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


def provider_of(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the default AWS provider block of a configuration; empty when there is none."""
    return next((block for block in _providers(document) if "alias" not in block), {})


def copy(source: Path, *, into: Path) -> Path:
    """Copy the root module ``source`` into the folder ``into``, without files of earlier runs; returns the copy."""
    read(source)
    target = into / source.name
    shutil.copytree(source, target, ignore=NOT_COPIED)
    return target


def override(folder: Path, content: Mapping[str, Any]) -> Path:
    """Write an override file with ``content`` into ``folder``, which must be a copy."""
    file = folder / OVERRIDE_FILE
    file.write_text(json.dumps(content, indent=2, sort_keys=True))
    return file


def leave_out(folder: Path, addresses: Iterable[str]) -> None:
    """Remove resources from the copy in ``folder``; Terraform reports references to them."""
    left_out = set(addresses)
    for file in configuration_files(folder) if left_out else ():
        if file.suffix == ".json":
            file.write_text(json.dumps(_without(read_json(file), left_out)))
        else:
            file.write_text(_without_blocks(file.read_text(), left_out))


def for_emulator(folder: Path, *, states: Mapping[str, Path] | None = None) -> None:
    """Let the copy in ``folder`` run on the emulator: path-style S3, and a backend that the emulator has.

    Address and credentials come from ``Emulator.environment``. An S3 or local backend in Terraform JSON stays; any
    other backend (``cloud``, or one that is written in HCL) becomes a local state in the folder.

    Args:
        folder: A copy of a root module.
        states: State files to read instead of each ``terraform_remote_state``, by its name.
    """
    document = read(folder)
    aliases = [{"alias": block["alias"]} for block in _providers(document) if "alias" in block]
    content: dict[str, Any] = {"provider": {"aws": [block | {"s3_use_path_style": True} for block in ({}, *aliases)]}}
    settings = document.get("terraform", {})
    backend = settings.get("backend", {})
    if s3 := backend.get("s3"):
        content["terraform"] = {"backend": {"s3": s3 | {"use_path_style": True}}}
    elif not backend.get("local") and (backend or "cloud" in settings):
        content["terraform"] = {"backend": LOCAL_BACKEND}
    override(folder, content | _remote_states(document, states or {}))


def for_offline_plan(folder: Path, *, outputs: Mapping[str, Mapping[str, Any]]) -> None:
    """Let the copy in ``folder`` plan without network, account or backend.

    Args:
        folder: A copy of a root module.
        outputs: The outputs to find in each ``terraform_remote_state``, by its name.

    Raises:
        WorkspaceError: Outputs of a ``terraform_remote_state`` are missing.
    """
    document = read(folder)
    names = document.get("data", {}).get("terraform_remote_state", {})
    missing = sorted(names.keys() - outputs.keys())
    if missing:
        raise WorkspaceError(f"{folder.name}: no outputs given for terraform_remote_state {', '.join(missing)}")
    aliases = [{"alias": block["alias"]} for block in _providers(document) if "alias" in block]
    content: dict[str, Any] = {
        "provider": {"aws": [block | NO_ACCOUNT for block in ({}, *aliases)]},
        "terraform": {"backend": LOCAL_BACKEND},
    }
    for name in names:
        path = folder / f"{name}.mock.tfstate"
        path.write_text(json.dumps(state_with(outputs[name])))
        data = content.setdefault("data", {}).setdefault("terraform_remote_state", {})
        data[name] = _local_state(path.name)
    override(folder, content)


def state_with(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return a state file with ``outputs`` (strings, numbers, booleans, lists of strings) and no resource."""
    return {
        "version": 4,
        "terraform_version": "1.11.0",
        "serial": 1,
        "lineage": "5f0a6a0c-0000-4000-8000-000000000000",
        "outputs": {name: {"value": value, "type": _type(value)} for name, value in outputs.items()},
        "resources": [],
        "check_results": None,
    }


def _type(value: Any) -> Any:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    return ["list", "string"] if isinstance(value, list) else "string"


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


def _providers(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = document.get("provider", {}).get("aws", [])
    return found if isinstance(found, list) else [found]


def _without(document: dict[str, Any], addresses: set[str]) -> dict[str, Any]:
    kept = {
        type_: {name: body for name, body in resources.items() if f"{type_}.{name}" not in addresses}
        for type_, resources in document.get("resource", {}).items()
    }
    # Terraform rejects a resource type without a resource ("Missing block label").
    return document | {"resource": {type_: resources for type_, resources in kept.items() if resources}}


def _without_blocks(text: str, addresses: set[str]) -> str:
    for block in reversed(list(blocks(text))):
        if block.type == "resource" and ".".join(block.labels) in addresses:
            text = text[: block.start] + text[block.end :]
    return text


def _local_state(path: str) -> dict[str, Any]:
    return {"backend": "local", "config": {"path": path}}


def _remote_states(document: Mapping[str, Any], states: Mapping[str, Path]) -> dict[str, Any]:
    found = document.get("data", {}).get("terraform_remote_state", {})
    changed: dict[str, Any] = {name: _local_state(str(states[name])) for name in found if name in states}
    for name, data in found.items():
        if name not in states and data.get("backend") == "s3":
            changed[name] = {"config": data["config"] | {"use_path_style": True}}
    return {"data": {"terraform_remote_state": changed}} if changed else {}
