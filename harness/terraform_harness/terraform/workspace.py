"""Copies of a stack that Terraform may be run in: the stack's own JSON is never changed.

What a run needs beside the configuration (the emulator's address, no account, a state of its own) goes into an override
file of the copy, which Terraform merges over the configuration (*Override Files* in its documentation).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

STACK_FILE = "cdk.tf.json"
OVERRIDE_FILE = "zz_harness_override.tf.json"
LEFT_BEHIND = shutil.ignore_patterns(".terraform", ".terraform.lock.hcl", "*.tfstate*", "tfplan", OVERRIDE_FILE)


class WorkspaceError(ValueError):
    """The folder is not a root module in JSON; the message says what is missing."""


def read(folder: Path) -> dict[str, Any]:
    """The configuration in ``folder``.

    Raises WorkspaceError when there is none or when it is not JSON.
    """
    file = folder / STACK_FILE
    try:
        found = json.loads(file.read_text())
    except FileNotFoundError:
        raise WorkspaceError(f"{file}: no such file. Fix: run `make synth`") from None
    except ValueError as error:
        raise WorkspaceError(f"{file}: not JSON ({error}). Fix: run `make synth`") from None
    if not isinstance(found, dict):
        raise WorkspaceError(f"{file}: a JSON object is wanted, got {type(found).__name__}")
    return found


def copy(source: Path, *, into: Path) -> Path:
    """A copy of the stack in folder ``source`` below ``into``, without what earlier runs left; returns its folder."""
    read(source)
    target = into / source.name
    shutil.copytree(source, target, ignore=LEFT_BEHIND)
    return target


def override(folder: Path, content: Mapping[str, Any]) -> Path:
    """Write ``content`` over the configuration in ``folder``, which must be a copy."""
    file = folder / OVERRIDE_FILE
    file.write_text(json.dumps(content, indent=2, sort_keys=True))
    return file


def leave_out(folder: Path, addresses: Iterable[str]) -> None:
    """Take resources out of the copy in ``folder``; what refers to one of them Terraform will name."""
    stack = read(folder)
    for address in addresses:
        kind, _, name = address.partition(".")
        stack["resource"][kind].pop(name)
        if not stack["resource"][kind]:
            del stack["resource"][kind]  # Terraform refuses a type without a name
    (folder / STACK_FILE).write_text(json.dumps(stack))


def for_emulator(folder: Path) -> None:
    """Let the stack in ``folder`` address S3 by path, which an emulator on one loopback address needs.

    Everything else (address, credentials) comes from ``Emulator.environment``; account guard and backend stay on.
    """
    stack = read(folder)
    content: dict[str, Any] = {"provider": {"aws": [{"s3_use_path_style": True}]}}
    backend = stack.get("terraform", {}).get("backend", {})
    if "s3" in backend:
        content["terraform"] = {"backend": {"s3": backend["s3"] | {"use_path_style": True}}}
    remote = _remote_states(stack, lambda data: data["config"] | {"use_path_style": True})
    override(folder, content | remote)


def for_offline_plan(folder: Path, *, outputs: Mapping[str, Mapping[str, Any]]) -> None:
    """Let the stack in ``folder`` plan without network, account or backend.

    ``outputs`` gives, for each ``terraform_remote_state`` by name, the outputs that it is to find there.
    Raises WorkspaceError when one is missing.
    """
    stack = read(folder)
    names = stack.get("data", {}).get("terraform_remote_state", {})
    missing = sorted(names.keys() - outputs.keys())
    if missing:
        raise WorkspaceError(f"{folder.name}: no outputs given for terraform_remote_state {', '.join(missing)}")
    content: dict[str, Any] = {
        "provider": {"aws": [NO_ACCOUNT]},
        "terraform": {"backend": {"local": {"path": "terraform.tfstate"}}},
    }
    for name in names:
        path = folder / f"{name}.stand-in.tfstate"
        path.write_text(json.dumps(state_with(outputs[name])))
        data = content.setdefault("data", {}).setdefault("terraform_remote_state", {})
        data[name] = {"backend": "local", "config": {"path": path.name}}
    override(folder, content)


NO_ACCOUNT = {
    "allowed_account_ids": None,
    "access_key": "offline",
    "secret_key": "offline",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
    "skip_region_validation": True,
    "skip_requesting_account_id": True,
}


def state_with(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """A state file that holds ``outputs`` (strings, numbers, booleans, lists of strings) and no resource."""
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


def _remote_states(stack: Mapping[str, Any], config: Any) -> dict[str, Any]:
    found = stack.get("data", {}).get("terraform_remote_state", {})
    changed = {name: {"config": config(data)} for name, data in found.items() if data.get("backend") == "s3"}
    return {"data": {"terraform_remote_state": changed}} if changed else {}
