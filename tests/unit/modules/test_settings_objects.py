"""A construct gets a settings object, and not each attribute of one: no call repeats a long list of names."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from local.repository import ROOT

MOST_COPIED, MOST_ARGUMENTS = 5, 10


def calls() -> Iterator[tuple[str, Counter[str]]]:
    """The location of each call, and by object the number of arguments ``name=object.name``."""
    for file in sorted((ROOT / "modules").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                values = ((keyword.arg, keyword.value) for keyword in node.keywords)
                copied = (ast.unparse(v.value) for k, v in values if isinstance(v, ast.Attribute) and v.attr == k)
                yield f"{file.relative_to(ROOT)}:{node.lineno}", Counter(copied)


def test_no_call_passes_many_attributes_of_one_object_by_their_names() -> None:
    found = [f"{location}: {count} of {name}" for location, names in calls() for name, count in names.items()]
    assert [line for line in found if int(line.split()[1]) > MOST_COPIED] == []


def test_no_construct_has_more_keyword_arguments_than_a_reader_can_compare() -> None:
    too_many = {
        f"{file.name}: {node.name}"
        for folder in ("constructs", "stacks")
        for file in (ROOT / "modules" / folder).glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and len(node.args.kwonlyargs) > MOST_ARGUMENTS
    }
    assert too_many == set()
