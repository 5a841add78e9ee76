"""Builds the settings object of a construct from the section of an environment that holds the same values."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from pydantic import BaseModel

T = TypeVar("T")


def settings_from(section: BaseModel, kind: type[T], **others: Any) -> T:
    """Return a ``kind`` whose fields have the values of the keys with the same names in ``section``.

    Args:
        section: a section of the environment.
        kind: a settings dataclass of a construct.
        others: fields that ``section`` lacks, or that get another value.

    Raises:
        TypeError: neither ``section`` nor ``others`` has a value for a field without default.
    """
    keys = type(section).model_fields
    names = (field.name for field in fields(kind))  # type: ignore[arg-type]
    return kind(**{name: getattr(section, name) for name in names if name in keys} | others)
