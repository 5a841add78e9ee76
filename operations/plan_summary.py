"""The changes of a plan in words, and the removals among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

SHOWN_CHANGES = 40


def summary(plan: dict[str, Any]) -> Iterator[str]:
    """Lines such as ``create aws_vpc.network``, destroyed resources first; at most ``SHOWN_CHANGES``, then a count."""
    words = {("create",): "create", ("update",): "change", ("delete",): "DESTROY"}
    order = ["DESTROY", "REPLACE", "change", "create"]
    found = [
        (words.get(tuple(change["change"]["actions"]), "REPLACE"), change["address"])
        for change in plan.get("resource_changes", ())
        if change["mode"] == "managed" and change["change"]["actions"] not in (["no-op"], ["read"])
    ]
    found.sort(key=lambda item: (order.index(item[0]), item[1]))
    yield from (f"{verb} {address}" for verb, address in found[:SHOWN_CHANGES])
    if len(found) > SHOWN_CHANGES:
        yield f"... and {len(found) - SHOWN_CHANGES} more"


def removals(plan: dict[str, Any]) -> list[str]:
    """Addresses of the resources that ``plan`` deletes because the stack no longer has them, sorted."""
    deleted = (change for change in plan.get("resource_changes", ()) if change["change"]["actions"] == ["delete"])
    return sorted(change["address"] for change in deleted if not change.get("deposed"))
