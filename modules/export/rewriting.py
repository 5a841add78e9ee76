"""Adds to a synthesized module what cdktf cannot express: a ``tags`` input, a local for a repeated expression."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from cdktf import TerraformResource, TerraformStack

from environments.facts.quotas import TAG_KEY_CHARACTERS, TAG_VALUE_CHARACTERS
from environments.facts.quotas import TAGS as TAGS_QUOTA
from environments.rules.tags import MOST_TAGS, OWN_TAGS
from modules.export import hcl
from modules.export.field_inputs import CLIENT_CIDRS
from modules.export.inputs import Input, Rule
from modules.export.module_inputs import ModuleInputs

DEFERRAL = "unknown_until_apply"
FIRST_APPLY = ("terraform_data", "first_apply")
_CHARACTERS = json.dumps(r"^[\p{L}\p{N} _.:/=+@-]*$")


def _tag_rule(condition: str, message: str, rejected: Mapping[str, str]) -> Rule:
    return Rule(condition=f"var.tags == null ? true : {condition}", message=message, rejected=dict(rejected))


_OWN = sorted(key.lower() for key in OWN_TAGS)
# The rules of environments.rules.tags. A provider has default tags too, which Terraform adds later.
TAG_RULES = (
    _tag_rule(
        f"length(var.tags) <= {MOST_TAGS}",
        f"tags must have at most {MOST_TAGS} items: AWS allows {TAGS_QUOTA.limit}, with those of this module.",
        {f"key-{number}": "value" for number in range(MOST_TAGS + 1)},
    ),
    _tag_rule(
        f"alltrue([for key in keys(var.tags) : !contains({json.dumps(_OWN)}, lower(key))])",
        f"tags must not have a key of this module: {', '.join(OWN_TAGS)}.",
        {"name": "example"},
    ),
    _tag_rule(
        'alltrue([for text in concat(keys(var.tags), values(var.tags)) : !startswith(lower(text), "aws:")])',
        "tags must not begin with aws:, which AWS reserves.",
        {"aws:team": "data"},
    ),
    _tag_rule(
        f"alltrue([for key, value in var.tags : length(key) >= 1 && length(key) <= {TAG_KEY_CHARACTERS.limit} && "
        f'length(value) <= {TAG_VALUE_CHARACTERS.limit} && can(regex({_CHARACTERS}, "${{key}}${{value}}"))])',
        f"tags must have keys of 1 to {TAG_KEY_CHARACTERS.limit} and values of at most {TAG_VALUE_CHARACTERS.limit} "
        "letters, digits, spaces and _ . : / = + - @.",
        {"team": "a;b"},
    ),
)
TAGS = Input(
    name="tags",
    type="map(string)",
    description="Tags of every resource, in addition to the default tags of the provider.",
    default=None,
    rules=TAG_RULES,
)
_KNOWN_ARN = re.compile(r'"arn": "(?=\$\{var\.)')
# modules.core.ephemeral defers an ephemeral resource with this expression.
_EMPTY_TEXT = re.compile(r"substr\(([\w.\[\]-]+), 0, 0\)")


def with_deferral_local(synthesized: dict[str, Any]) -> dict[str, Any]:
    """Ephemeral resources that a first plan does not open, because an argument is unknown.

    ``modules.core.ephemeral`` appends ``substr(ARN, 0, 0)``, which becomes a local with a name. Where the caller gives
    the ARN, so that it is known, the id of a ``terraform_data`` takes its place.
    """
    text = json.dumps(synthesized.get("ephemeral", {}))
    found = _EMPTY_TEXT.search(text)
    source = found[1] if found else ""
    if found:
        text = text.replace(found[0], f"local.{DEFERRAL}")
    text, known_arns = _KNOWN_ARN.subn(rf'"arn": "${{local.{DEFERRAL}}}', text)
    if not found and not known_arns:
        return synthesized
    if not source.startswith("aws_"):
        source = ".".join([*FIRST_APPLY, "id"])
        synthesized["resource"].setdefault(FIRST_APPLY[0], {})[FIRST_APPLY[1]] = {}
    return {**synthesized, "ephemeral": json.loads(text), "locals": {DEFERRAL: f"${{substr({source}, 0, 0)}}"}}


def with_locals(synthesized: dict[str, Any], inputs: ModuleInputs) -> dict[str, Any]:
    """The local values that ``inputs`` collected and that the module uses."""
    used = _used_locals(json.dumps(synthesized), inputs.locals)
    return {**synthesized, "locals": synthesized.get("locals", {}) | used} if used else synthesized


def _used_locals(text: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """The local values to which ``text`` refers, and those to which they refer."""
    found: dict[str, Any] = {}
    while more := {name for name in known if name not in found and re.search(rf"\blocal\.{name}\b", text)}:
        found |= {name: known[name] for name in more}
        text = json.dumps([known[name] for name in more])
    return {name: known[name] for name in known if name in found}


def repeat_for_clients(synthesized: dict[str, Any]) -> None:
    """``for_each`` over the client CIDR blocks in every resource that uses the first; numbers ACL entries upwards."""
    first = f"local.{CLIENT_CIDRS}[0]"
    for items in synthesized.get("resource", {}).values():
        for name, body in items.items():
            text = json.dumps(body)
            if first not in text:
                continue
            repeated = json.loads(text.replace(first, "each.key"))
            if "rule_number" in repeated:
                repeated["rule_number"] = f"${{{repeated['rule_number']} + each.value}}"
            pairs = f"{{ for index, cidr in local.{CLIENT_CIDRS} : cidr => index }}"
            items[name] = {"for_each": f"${{{pairs}}}", **repeated}


def add_preconditions(synthesized: dict[str, Any], inputs: ModuleInputs) -> None:
    """Add the conditions of ``inputs`` to the ECS cluster, on which all Fargate tasks depend."""
    for body in synthesized.get("resource", {}).get("aws_ecs_cluster", {}).values():
        if inputs.preconditions:
            body["lifecycle"] = {**body.get("lifecycle", {}), "precondition": list(inputs.preconditions)}


def add_tags(stack: TerraformStack, synthesized: dict[str, Any], inputs: ModuleInputs) -> None:
    """Add the input ``tags`` to every resource whose type has tags. Null changes nothing."""
    for element in stack.node.find_all():
        if not isinstance(element, TerraformResource) or not hasattr(type(element), "tags_input"):
            continue
        body = synthesized["resource"][element.terraform_resource_type][element.friendly_unique_id]
        own = body.get("tags")
        body["tags"] = f"${{merge({hcl.value(own)}, var.tags)}}" if own else "${var.tags}"
        inputs.variables[TAGS.name] = TAGS
