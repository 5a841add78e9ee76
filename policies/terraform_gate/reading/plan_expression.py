"""Converts the expressions of a plan's ``configuration`` to the values that Terraform JSON would contain.

Plans of JSON configurations keep the text (``{"constant_value": "${aws_vpc.v.id}", "references": [...]}``); plans of
HCL only list the references of an expression, each followed by its prefixes (Terraform 1.11.4, format 1.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.reading.expression import UNKNOWN, escaped, is_known, marked, names_resource


def source_value(expression: Any) -> Any:
    """Return the value of an expression, with ``${...}`` for its references; None when there is no expression."""
    if isinstance(expression, list):
        return [source_value(item) for item in expression]
    if not isinstance(expression, Mapping):
        return None
    if "constant_value" in expression:
        return expression["constant_value"]
    listed = expression.get("references")
    # An argument or a block of the resource may have this name too.
    if isinstance(listed, list) and all(isinstance(reference, str) for reference in listed):
        return _referring(listed)
    return {name: source_value(item) for name, item in expression.items()}


def _referring(listed: list[str]) -> Any:
    whole = [ref for ref in listed if not any(other != ref and _extends(other, ref) for other in listed)]
    if len(whole) == 1:
        return marked(whole[0])
    return marked(f"unknown({', '.join(whole)})")


def _extends(longer: str, shorter: str) -> bool:
    return longer.startswith((f"{shorter}.", f"{shorter}["))


def refine(planned: Any, unknown: Any, written: Any) -> Any:
    """Combine a planned value with the evaluated value of the configuration.

    Args:
        planned: The planned value; None when it is unknown.
        unknown: The same path in ``after_unknown``: true for an unknown value, or a tree of booleans.
        written: The evaluated value of the configuration, or None.

    Returns:
        The planned value with ``${...}`` for its unknown parts. A reference to the id, ARN or name of a resource is
        kept even when the plan knows the value, because it identifies the resource.
    """
    if names_resource(written) and not isinstance(planned, list | Mapping):
        return written
    if unknown is True:
        return UNKNOWN if written is None else written
    if isinstance(planned, Mapping):
        return dict(_refine_map(planned, unknown, written))
    if isinstance(planned, list):
        return _refine_list(planned, unknown, written)
    return escaped(planned)


def _refine_map(planned: Mapping[str, Any], unknown: Any, written: Any) -> Iterator[tuple[str, Any]]:
    waiting = unknown if isinstance(unknown, Mapping) else {}
    source = written if isinstance(written, Mapping) else {}
    for name in dict.fromkeys([*planned, *waiting]):
        if name in planned or waiting[name]:
            yield name, refine(planned.get(name), waiting.get(name), source.get(name))


def _refine_list(planned: list[Any], unknown: Any, written: Any) -> list[Any]:
    waiting = unknown if isinstance(unknown, list) else [unknown is True] * len(planned)
    sources = written if isinstance(written, list) else [written] * (len(planned) == 1)
    taken: set[int] = set()
    done = []
    for position, item in enumerate(planned):
        chosen = _source_of(item, position, sources, taken)
        taken.add(chosen)
        wait = waiting[position] if position < len(waiting) else False
        done.append(refine(item, wait, sources[chosen] if chosen >= 0 else None))
    return done


def _source_of(item: Any, position: int, sources: list[Any], taken: set[int]) -> int:
    """Return the index of the written item whose known values agree best with ``item``: plans sort sets."""
    free = [index for index in range(len(sources)) if index not in taken]
    return max(free, key=lambda index: (_agreement(item, sources[index]), index == position), default=-1)


def _agreement(planned: Any, written: Any) -> int:
    if not isinstance(planned, Mapping) or not isinstance(written, Mapping):
        return int(same(planned, written)) - 9 * (is_known(written) and not same(planned, written))
    known = [(planned.get(name), value) for name, value in written.items() if value is not None and is_known(value)]
    return sum(1 if same(left, right) else -9 for left, right in known)


def same(left: Any, right: Any) -> bool:
    """Return whether two values are equal for Terraform, which converts between strings, numbers and booleans."""
    if isinstance(left, list) and isinstance(right, list):
        return sorted(map(str, left)) == sorted(map(str, right))
    return str(left).lower() == str(right).lower()
