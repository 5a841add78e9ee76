"""Adds to a synthesized module what cdktf cannot express: a ``tags`` input, a local for a repeated expression."""

from __future__ import annotations

import json
import re
from typing import Any

from cdktf import TerraformResource, TerraformStack

from modules.export import hcl
from modules.export.inputs import Input
from modules.export.module_inputs import ModuleInputs

DEFERRAL = "unknown_until_apply"
TAGS = Input(
    name="tags",
    type="map(string)",
    description="Tags of every resource, in addition to the default tags of the provider.",
    default=None,
)
# modules.core.ephemeral defers an ephemeral resource with this expression.
_EMPTY_TEXT = re.compile(r"substr\(([\w.\[\]-]+), 0, 0\)")


def with_deferral_local(synthesized: dict[str, Any]) -> dict[str, Any]:
    """``substr(ARN, 0, 0)`` in ephemeral resources, replaced by a local with a name."""
    text = json.dumps(synthesized.get("ephemeral", {}))
    found = _EMPTY_TEXT.search(text)
    if found is None:
        return synthesized
    ephemeral = json.loads(text.replace(found[0], f"local.{DEFERRAL}"))
    return {**synthesized, "ephemeral": ephemeral, "locals": {DEFERRAL: f"${{{found[0]}}}"}}


def add_tags(stack: TerraformStack, synthesized: dict[str, Any], inputs: ModuleInputs) -> None:
    """Add the input ``tags`` to every resource whose type has tags. Null changes nothing."""
    for element in stack.node.find_all():
        if not isinstance(element, TerraformResource) or not hasattr(type(element), "tags_input"):
            continue
        body = synthesized["resource"][element.terraform_resource_type][element.friendly_unique_id]
        own = body.get("tags")
        body["tags"] = f"${{merge({hcl.value(own)}, var.tags)}}" if own else "${var.tags}"
        inputs.variables[TAGS.name] = TAGS
