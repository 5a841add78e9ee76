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
from terraform_harness.terraform.root_module import (
    OVERRIDE_FILE,
    WorkspaceError,
    configuration_files,
    is_json,
    provider_of,
    providers_of,
    read,
    read_json,
)

__all__ = [
    "OVERRIDE_FILE",
    "STACK_FILE",
    "WorkspaceError",
    "configuration_files",
    "copy",
    "for_emulator",
    "for_offline_plan",
    "is_json",
    "leave_out",
    "override",
    "provider_of",
    "read",
    "read_json",
    "state_with",
]
__tracebackhide__ = methodcaller("errisinstance", WorkspaceError)
STACK_FILE = "cdk.tf.json"
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
    aliases = [{"alias": block["alias"]} for block in providers_of(document) if "alias" in block]
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
    aliases = [{"alias": block["alias"]} for block in providers_of(document) if "alias" in block]
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
