"""The resources in a plan and in a state file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def changes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the managed resources that ``plan`` changes."""
    found = plan.get("resource_changes", ())
    return [change for change in found if change["mode"] == "managed" and change["change"]["actions"] != ["no-op"]]


def described(resource: dict[str, Any]) -> str:
    """Return the address of a change, its actions, and each attribute before and after."""
    change = resource["change"]
    before, after = change.get("before") or {}, change.get("after") or {}
    differing = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    shown = ", ".join(f"{key}: {before.get(key)!r} -> {after.get(key)!r}" for key in differing)
    return f"{resource['address']}: {'/'.join(change['actions'])} {shown}"


def managed(state: Mapping[str, Any]) -> list[str]:
    """Return the addresses of the managed resources in a state file, including those of modules.

    Unlike ``terraform show``, reading the file needs no provider, whose start takes a second.

    Args:
        state: The state file, as ``Terraform.pull`` returns it.
    """
    return [_address(resource, instance) for resource, instance in _instances(state)]


def state_values(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the managed resources of a state file in the form of ``terraform show -json``, all in one module.

    Values of dynamic type, which the AWS provider does not have, keep the form of the state file.

    Args:
        state: The state file, as ``Terraform.pull`` returns it.
    """
    resources = [
        {
            "address": _address(resource, instance),
            "mode": resource["mode"],
            "type": resource["type"],
            "values": instance["attributes"],
        }
        for resource, instance in _instances(state)
    ]
    return {"values": {"root_module": {"resources": resources}}}


def _instances(state: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Yield each instance of each managed resource, after its resource."""
    for resource in state.get("resources", ()):
        if resource["mode"] == "managed":
            yield from ((resource, instance) for instance in resource["instances"])


def _address(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    """The address of an instance: ``module.m.aws_vpc.v``, or ``aws_vpc.v["key"]`` with ``for_each``."""
    names = [resource["module"]] if "module" in resource else []
    index = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
    return ".".join([*names, resource["type"], resource["name"]]) + index
