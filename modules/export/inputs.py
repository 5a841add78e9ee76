"""The input variables of an exported module and their validation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from modules.export.examples import NOT_GIVEN, REGION, example_of

# Region and account in the ARNs of global services: IAM has no region, S3 has neither.
GLOBAL_SERVICES = {"iam": ":111111111111", "s3": ":"}
_TYPES = {"string": "string", "integer": "number", "number": "number", "boolean": "bool"}
WHOLE = "must be a whole number."
ANY_PARTITION = "arn:aws[a-z-]*:"
"""The model knows the partition `aws` only; a module is called in every partition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One ``validation`` block.

    Attributes:
        condition: an HCL expression.
        message: a sentence.
        rejected: a value that does not satisfy the condition, for the module's tests.
        others: other variables to which the condition refers.
        given: values of other variables with which the condition rejects ``rejected``.
    """

    condition: str
    message: str
    rejected: Any
    others: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One variable with Terraform's ``type``; without a ``default`` it is required.

    ``example`` is what the generated example passes, and ``current`` the value of the structure's environment. An
    object, or a map of objects, has ``attributes``.
    """

    name: str
    type: str
    description: str
    default: Any = NOT_GIVEN
    rules: tuple[Rule, ...] = ()
    sensitive: bool = False
    example: Any = NOT_GIVEN
    current: Any = NOT_GIVEN
    attributes: tuple[Input, ...] = ()

    @property
    def required(self) -> bool:
        return self.default is NOT_GIVEN


def with_rules(variable: Input, *rules: Rule) -> Input:
    """``variable`` with further rules."""
    return replace(variable, rules=(*variable.rules, *rules))


def text(name: str, description: str, *, example: str = "example", default: Any = NOT_GIVEN) -> Input:
    """A text variable that the environment model does not have."""
    shown = example if default is NOT_GIVEN else NOT_GIVEN
    return Input(name=name, type="string", description=description, default=default, example=shown)


def arn(name: str, description: str, *, service: str, example: str = "example") -> Input:
    """An ARN of ``service``; ``example`` is the part after the account id."""
    rule = Rule(
        condition=f'can(regex("^{ANY_PARTITION}{service}:", var.{name}))',
        message=f"{name} must be an ARN of {service}.",
        rejected="arn",
    )
    written = f"arn:aws:{service}:{GLOBAL_SERVICES.get(service, f'{REGION}:111111111111')}:{example}"
    return Input(name=name, type="string", description=description, rules=(rule,), example=written)


def texts(name: str, description: str, *, example: Sequence[str]) -> Input:
    """A list of texts with as many items as ``example``: the number is structural."""
    count = len(example)
    rule = Rule(
        condition=f"length(var.{name}) == {count}",
        message=f"{name} must have {count} items: the number is part of this module's structure.",
        rejected=[],
    )
    return Input(name=name, type="list(string)", description=description, rules=(rule,), example=list(example))


def from_model(name: str, node: Mapping[str, Any]) -> Input | None:
    """The variable for a key of the environment's model, given its node of the JSON schema.

    Type, bounds, allowed values, format, default and description come from the model. None for lists and objects:
    such a key is structural.
    """
    plain = _without_null(node)
    kind = _TYPES.get(str(plain.get("type", "string" if "enum" in plain or "const" in plain else "")))
    if kind is None:
        return None
    default = node.get("default", NOT_GIVEN)
    nullable, rules = bool(node.get("nullable")), tuple(_rules(name, plain))
    return Input(
        name=name,
        type=kind,
        description=str(node.get("description", plain.get("description", ""))),
        default=NOT_GIVEN if default is None and not nullable else default,
        rules=tuple(_or_null(name, rule) for rule in rules) if nullable else rules,
        example=example_of(name) if default is NOT_GIVEN or (default is None and not nullable) else NOT_GIVEN,
    )


def list_from_model(name: str, node: Mapping[str, Any]) -> Input:
    """The variable for a key of the environment's model that is a list of texts."""
    plain = _without_null(node)
    default, item = node.get("default", NOT_GIVEN), plain.get("items", {})
    rules = [_length(name, plain), *(_each(name, rule) for rule in _rules("item", item))]
    return Input(
        name=name,
        type="list(string)",
        description=str(node.get("description", "")),
        default=list(default) if isinstance(default, list | tuple) else NOT_GIVEN,
        rules=tuple(rule for rule in rules if rule),
        example=NOT_GIVEN if isinstance(default, list | tuple) else example_of(name),
    )


def _length(name: str, node: Mapping[str, Any]) -> Rule | None:
    low, high = node.get("minItems"), node.get("maxItems")
    if low is None:
        return None
    return Rule(
        condition=f"length(var.{name}) >= {low} && length(var.{name}) <= {high}",
        message=f"{name} must have {low} to {high} items.",
        rejected=[],
    )


def _each(name: str, rule: Rule) -> Rule:
    """``rule`` of an item, for every item of the list ``name``."""
    return Rule(
        condition=f"alltrue([for item in var.{name} : {rule.condition.replace('var.item', 'item')}])",
        message=f"Each of {name}{rule.message.removeprefix('item')}",
        rejected=[rule.rejected],
    )


def _or_null(name: str, rule: Rule) -> Rule:
    """``rule``, or null; Terraform evaluates both sides of ``||``, and a comparison of numbers fails for null."""
    other = " ? true :" if "can(" not in rule.condition else " ||"
    return replace(rule, condition=f"var.{name} == null{other} {rule.condition}")


def _without_null(node: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = [choice for choice in node.get("anyOf", ()) if choice.get("type") != "null"]
    return choices[0] if len(choices) == 1 else node


def _rules(name: str, node: Mapping[str, Any]) -> list[Rule]:
    found = [_bounds(name, node), _choice(name, node), _form(name, node)]
    whole = Rule(
        condition=f"floor(var.{name}) == var.{name}",
        message=f"{name} {WHOLE}",
        rejected=node.get("minimum", 1) + 0.5,
    )
    return [rule for rule in [whole if node.get("type") == "integer" else None, *found] if rule]


def _bounds(name: str, node: Mapping[str, Any]) -> Rule | None:
    low, high = node.get("minimum"), node.get("maximum")
    tests = [f"var.{name} >= {low}"] if low is not None else []
    tests += [f"var.{name} <= {high}"] if high is not None else []
    if not tests:
        return None
    words = f"{low} to {high}" if len(tests) == 2 else f"at least {low}" if low is not None else f"at most {high}"
    rejected = low - 1 if low is not None else (high or 0) + 1
    return Rule(condition=" && ".join(tests), message=f"{name} must be {words}.", rejected=rejected)


def _choice(name: str, node: Mapping[str, Any]) -> Rule | None:
    allowed = node.get("enum")
    if not allowed:
        return None
    return Rule(
        condition=f"contains({json.dumps(allowed)}, var.{name})",
        message=f"{name} must be one of {', '.join(map(str, allowed))}.",
        rejected=max(allowed) + 1 if node.get("type") == "integer" else "not-allowed",
    )


def _form(name: str, node: Mapping[str, Any]) -> Rule | None:
    pattern = str(node.get("pattern", "")).replace("arn:aws:", ANY_PARTITION)
    words = str(node.get("label", f"a text that matches {pattern}")).replace('"', "'")
    if "CIDR block" in words:
        # Without host bits, the whole block is its own first subnet.
        condition = f"try(cidrsubnet(var.{name}, 0, 0) == var.{name}, false)"
        return Rule(condition=condition, message=f"{name} must be {words} without host bits.", rejected="10.0.0.1/16")
    if not pattern:
        return None
    return Rule(
        condition=f"can(regex({json.dumps(pattern)}, var.{name}))",
        message=f"{name} must be {words}.",
        rejected=next(value for value in ("", "!", " ") if not re.search(pattern, value)),
    )
