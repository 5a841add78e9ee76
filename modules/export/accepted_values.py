"""Compares the validation conditions of two versions of a variable."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection

_BOUND = re.compile(r"(?:var|group)\.\w+ (>=|<=) (-?\d+(?:\.\d+)?)")
_OF_EACH = re.compile(r"alltrue\(\[for group in values\(var\.\w+\) : (.*)\]\)")
_OR_NULL = re.compile(r"\b(?:var|group)\.\w+ == null \? true : ")
_CHOICE = re.compile(r"contains\((\[.*\]), var\.\w+\)")


def narrower(old: Collection[str], new: Collection[str]) -> list[str]:
    """Conditions of ``new`` that reject a value which every condition of ``old`` accepts, as far as is known.

    A condition that is neither a range nor a list of values counts as narrower when ``old`` does not contain it.
    """
    return [rule for rule in sorted(set(new) - set(old)) if not any(_contains(rule, other) for other in old)]


def _contains(wide: str, narrow: str) -> bool:
    """Does ``wide`` accept every value that ``narrow`` accepts?"""
    if _attribute(wide) != _attribute(narrow) or (_OR_NULL.search(narrow) and not _OR_NULL.search(wide)):
        return False
    outer, inner = _range(wide), _range(narrow)
    if outer and inner:
        return outer[0] <= inner[0] and inner[1] <= outer[1]
    more, fewer = _choices(wide), _choices(narrow)
    return more is not None and fewer is not None and fewer <= more


def _attribute(condition: str) -> str:
    """The attribute of an object that a condition on each item of a map is about; empty for another condition."""
    of_each = _OF_EACH.fullmatch(condition)
    found = re.search(r"\bgroup\.(\w+)", of_each[0]) if of_each else None
    return found[1] if found else ""


def _range(condition: str) -> tuple[float, float] | None:
    of_each = _OF_EACH.fullmatch(condition)
    bounded = _OR_NULL.sub("", of_each[1] if of_each else condition)
    parts = [_BOUND.fullmatch(part) for part in bounded.split(" && ")]
    bounds = {part[1]: float(part[2]) for part in parts if part}
    if not bounds or len(bounds) != len(parts):
        return None
    return bounds.get(">=", -math.inf), bounds.get("<=", math.inf)


def _choices(condition: str) -> set[str] | None:
    found = _CHOICE.fullmatch(condition)
    return {json.dumps(value) for value in json.loads(found[1])} if found else None
