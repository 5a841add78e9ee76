"""The declaration of a key: the source of YAML schema, error messages, Terraform variables and documentation.

Every field declares when its value is decided. ``synth``: Python reads the value, because it decides which resources
exist or because Python computes with it. ``plan``: Python only passes the value on, so an exported module makes it a
Terraform variable. The JSON schema of the field carries this as ``decided`` (see
:func:`decided_at`), and the description of a text's format as ``label``. ``effect`` says what a later change of the
key does to a running environment; ``modules/`` makes it true, and the plan guard rejects what it does not allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.fields import FieldInfo

Decided = Literal["synth", "plan"]


class Section(BaseModel):
    """A part of an environment: frozen, without unknown keys and without type conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=False, validate_default=True)


CHECKS_ONLY = "nothing in AWS"
"""The effect of a change that only rules and policies read."""
IN_PLACE = "in place"
"""The effect of a change that AWS makes while everything runs."""
ROLLING = "rolling"
"""The effect of a change for which ECS replaces Fargate tasks, new before old; a worker ends its Airflow tasks."""
BRIEF_OUTAGE = "brief outage"
"""The effect of a change that breaks connections for seconds or minutes."""


def replaces(what: str) -> str:
    """The effect of a change that deletes ``what``; the plan guard allows it only with a waiver."""
    return f"replaces {what}"


def not_possible_later(instead: str) -> str:
    """The effect of a change that AWS or Terraform rejects; ``instead`` is the alternative."""
    return f"not possible later: {instead}"


def synth(
    description: str, *, effect: str | None = None, ge: float | None = None, le: float | None = None
) -> FieldInfo:
    """A key whose value Python reads.

    Args:
        description: one sentence for the author of an environment file.
        effect: what a later change of the key does; none for a section that is always there, whose keys have their own.
        ge: lower bound, inclusive.
        le: upper bound, inclusive.
    """
    return _field(description, {"decided": "synth"}, effect, ge=ge, le=le)


def plan(
    description: str,
    *,
    effect: str | None = None,
    ge: float | None = None,
    le: float | None = None,
    nullable: bool = False,
) -> FieldInfo:
    """A key whose value Python only passes on: a Terraform variable of exported modules.

    Args:
        description: one sentence for the author of an environment file.
        effect: what a later change of the key does.
        ge: lower bound, inclusive.
        le: upper bound, inclusive.
        nullable: an absent key is passed on too, as null. Without it, the presence of an optional key decides which
            resources exist, so that only the value of a present key is a variable.
    """
    extra: dict[str, JsonValue] = {"decided": "plan", **({"nullable": True} if nullable else {})}
    return _field(description, extra, effect, ge=ge, le=le)


def _field(
    description: str, extra: dict[str, JsonValue], effect: str | None, *, ge: float | None, le: float | None
) -> FieldInfo:
    if effect:
        extra = {**extra, "effect": effect}
    field: FieldInfo = Field(description=description, json_schema_extra=extra, ge=ge, le=le)
    return field


def decided_at(node: Mapping[str, Any]) -> Decided:
    """When the value of a key is decided, from the key's node of the JSON schema.

    An exported module lists its exceptions, with their reasons, in ``structural``.
    """
    return "plan" if node.get("decided") == "plan" else "synth"
