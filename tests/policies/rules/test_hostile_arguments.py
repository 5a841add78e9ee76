"""No rule ends with an exception when one argument of an example has an unexpected value, in JSON documents too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from terraform_gate.reading.json_file import UnreadableError
from terraform_gate.rule import Rule
from terraform_gate.rules.catalog import all_rules
from terraform_gate.testing import configuration_from

VALUES: tuple[Any, ...] = ([[]], {"a": [{"b": {}}]}, "\u00b2", float("inf"), "${var.none}")
"""A list, an object, a digit that is no number, infinity, and a value that is not known."""
Path = tuple[str | int, ...]


def _paths(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from _paths(child, (*path, key))


def _put(value: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _put(value[path[0]], path[1:], new)
    return copy


def _document(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value[:1] in {"{", "["} else None


def _variants(resources: Any) -> Iterator[Any]:
    for path, value in _paths(resources):
        if len(path) > len(("type", "name")):
            yield from (_put(resources, path, new) for new in VALUES)
            for inner, _ in _paths(_document(value)):
                texts = (json.dumps(_put(_document(value), inner, new)) for new in VALUES if inner)
                yield from (_put(resources, path, text) for text in texts)


@pytest.mark.feature("P5")
@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_rule_gives_verdicts_for_unexpected_values(rule: Rule) -> None:
    example = rule.passing[0]
    for resources in _variants(json.loads(json.dumps(example.resources))):
        try:
            configuration = configuration_from(resources, **dict(example.extra or {}))
        except UnreadableError:  # a shape that Terraform rejects too
            continue
        list(rule.evaluate(configuration))
