"""Compares the object types of two versions of a variable."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

_OPTIONAL = re.compile(r"\w+ = optional\(")


def only_adds_optional_attributes(old: str, new: str) -> bool:
    """Whether every value of the type ``old`` is one of ``new``, whose objects have further optional attributes.

    Args:
        old: a type over several lines, in the format of ``terraform fmt``.
        new: the type of the new version.
    """
    before, after = ([" ".join(line.split()) for line in text.split("\n")] for text in (old, new))
    changes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    if any(kind not in {"equal", "insert"} for kind, *_ in changes):
        return False
    return all(_are_optional(after[start:end]) for kind, _, _, start, end in changes if kind == "insert")


def _are_optional(lines: list[str]) -> bool:
    depth = 0
    for line in lines:
        if depth == 0 and not _OPTIONAL.match(line):
            return False
        depth += sum(line.count(bracket) for bracket in "({[") - sum(line.count(bracket) for bracket in ")}]")
    return depth == 0
