"""Nested blocks that exist only for some values of a variable, as ``dynamic`` blocks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from modules.export import hcl
from modules.export.hcl_template import expression

STRATEGY, STORAGE = "capacity_provider_strategy", "ephemeral_storage"
DYNAMIC = hcl.DYNAMIC


def with_dynamic_blocks(synthesized: dict[str, Any]) -> None:
    """Replace the blocks of which ``modules.core.deferrable.possible`` could not decide whether they exist."""
    for kind, name, replacement in (
        ("aws_ecs_service", STRATEGY, _strategy),
        ("aws_ecs_task_definition", STORAGE, _storage),
    ):
        for address, body in synthesized.get("resource", {}).get(kind, {}).items():
            if "${" in json.dumps(body.get(name)):
                synthesized["resource"][kind][address] = _replaced(body, name, replacement)


def _replaced(body: Mapping[str, Any], name: str, replacement: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    others = {key: value for key, value in body.items() if key != name}
    return {**others, DYNAMIC: {**body.get(DYNAMIC, {}), name: replacement(body[name])}}


def _strategy(blocks: list[Mapping[str, Any]]) -> dict[str, Any]:
    """A block for each capacity provider that gets Fargate tasks."""
    shares = {block["capacity_provider"]: {key: block[key] for key in ("base", "weight")} for block in blocks}
    wanted = "provider => share if share.weight > 0 || share.base > 0"
    return {
        "for_each": f"${{{{ for provider, share in {hcl.value(shares)} : {wanted} }}}}",
        "content": {
            "base": f"${{{STRATEGY}.value.base}}",
            "capacity_provider": f"${{{STRATEGY}.key}}",
            "weight": f"${{{STRATEGY}.value.weight}}",
        },
    }


def _storage(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block unless the size is null."""
    size = block["size_in_gib"]
    return {"for_each": f"${{{expression(size)}[*]}}", "content": {"size_in_gib": f"${{{STORAGE}.value}}"}}
