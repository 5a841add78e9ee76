"""Writes HCL in the format of ``terraform fmt``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from modules.core.json_text import json_text
from modules.export.hcl_json import decoded, json_expression
from modules.export.hcl_template import expression, quoted

INDENT = "  "
WIDTH = 120
# Arguments whose value is a map; every other object in synthesized JSON is a nested block.
MAPS = frozenset({"tags", "tags_all", "variables", "dimensions", "parameters", "options", "default_tags_map", "query"})
# Arguments that hold references or argument names, written without quotes.
BARE = frozenset({"depends_on", "ignore_changes", "replace_triggered_by"})
DYNAMIC = "dynamic"
LAST = ("timeouts", "lifecycle", "depends_on")
# Characters that `jsonencode` escapes and Python does not.
_ESCAPED = re.compile("[<>&\u2028\u2029]")
_IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*")


def block(kind: str, labels: Sequence[str], body: Mapping[str, Any]) -> list[str]:
    """The lines of ``kind "label" { ... }`` without null and empty arguments."""
    head = " ".join([kind, *(f'"{label}"' for label in labels)])
    inner = _body(body)
    return [f"{head} {{", *_indented(inner), "}"] if inner else [f"{head} {{}}"]


def attributes(values: Mapping[str, str]) -> list[str]:
    """Arguments with finished expressions: aligned single lines first, then each longer value in its own paragraph."""
    short = {name: value for name, value in values.items() if "\n" not in value}
    width = max((len(name) for name in short), default=0)
    paragraphs = [[f"{name.ljust(width)} = {value}" for name, value in short.items()]] if short else []
    paragraphs += [f"{name} = {value}".split("\n") for name, value in values.items() if name not in short]
    return _apart(paragraphs)


def value(content: Any, *, key: str = "", encoded: bool = False) -> str:
    """One value as an expression, over several lines where it is an object or a long list.

    ``encoded`` inside of JSON: a text there stays the text it is, even when it holds JSON again.
    """
    if isinstance(content, bool) or content is None:
        return json.dumps(content)
    if isinstance(content, int | float):
        return json.dumps(int(content) if float(content).is_integer() else content)
    if isinstance(content, str):
        return _nested_text(content) if encoded and not expression(content) else _text(content, key)
    if isinstance(content, Mapping):
        return object_({_key(name): value(inner, encoded=encoded) for name, inner in content.items()})
    return list_([_item(item, key=key, encoded=encoded) for item in content])


def _item(content: Any, *, key: str, encoded: bool) -> str:
    """An item of a list; a small object without nested values is written on a single line."""
    written = value(content, key=key, encoded=encoded)
    if not isinstance(content, Mapping) or not 0 < len(content) <= 3:
        return written
    items = {_key(name): value(inner, encoded=encoded) for name, inner in content.items()}
    line = f"{{ {', '.join(f'{name} = {text}' for name, text in items.items())} }}"
    nested = any(isinstance(inner, Mapping | list) for inner in content.values())
    return written if nested or "\n" in line or len(line) > WIDTH else line


def list_(items: Sequence[str]) -> str:
    """A list on a single line when it fits, else with each item on its own line."""
    line = f"[{', '.join(items)}]"
    if len(line) <= WIDTH and "\n" not in line and not (len(items) > 1 and items[0].startswith("{")):
        return line
    lines = [line for item in items for line in f"{item},".split("\n")]
    return "\n".join(["[", *_indented(lines), "]"])


def call(function: str, arguments: Sequence[str]) -> str:
    """A call with finished arguments, on a single line when it fits, else with each argument on its own line."""
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    return "\n".join([f"{function}(", *_indented(",\n".join(arguments).split("\n")), ")"])


def object_(items: Mapping[str, str]) -> str:
    """An object with each item on its own line, in the given order."""
    if not items:
        return "{}"
    return "\n".join(["{", *_indented(_aligned(items)), "}"])


def _aligned(items: Mapping[str, str]) -> list[str]:
    """Items of an object; adjacent single-line items are aligned, as ``terraform fmt`` does."""
    lines: list[str] = []
    run: dict[str, str] = {}
    for name, text in [*items.items(), ("", "\n")]:
        if "\n" not in text:
            run[name] = text
            continue
        width = max((len(key) for key in run), default=0)
        lines += [f"{key.ljust(width)} = {line}" for key, line in run.items()]
        run = {}
        lines += f"{name} = {text}".split("\n") if name else []
    return lines


def _body(body: Mapping[str, Any]) -> list[str]:
    present = {
        name: content for name, content in body.items() if content is not None and content != [] and name != "//"
    }
    ordered = sorted(present.items(), key=lambda item: LAST.index(item[0]) if item[0] in LAST else -1)
    plain = {name: value(content, key=name) for name, content in ordered if not _is_block(name, content)}
    last = {name: plain.pop(name) for name in LAST if name in plain}
    blocks = [
        block(name, labels, item)
        for name, content in ordered
        if _is_block(name, content)
        for labels, item in _items(name, content)
    ]
    return _apart([paragraph for paragraph in (attributes(plain), *blocks, attributes(last)) if paragraph])


def _is_block(name: str, content: Any) -> bool:
    if isinstance(content, Mapping):
        return name not in MAPS
    return isinstance(content, list) and bool(content) and all(isinstance(item, Mapping) for item in content)


def _items(name: str, content: Any) -> Iterable[tuple[Sequence[str], Mapping[str, Any]]]:
    """The nested blocks ``name`` with their labels; a block ``dynamic`` has the name of the blocks that it makes."""
    if name == DYNAMIC:
        return [((label,), body) for label, body in content.items()]
    return [((), item) for item in ([content] if isinstance(content, Mapping) else content)]


def _text(content: str, key: str) -> str:
    if key in BARE:
        return content
    return expression(content) or json_expression(content, write=_encoded) or quoted(content)


def _nested_text(content: str) -> str:
    """A text inside of JSON; JSON again as an expression, if that gives exactly this text."""
    inner = decoded(content)
    same = inner and json_text(inner) == content and not _ESCAPED.search(content)
    return f"jsonencode({_encoded(inner)})" if same else quoted(content)


def _encoded(content: Any) -> str:
    return value(content, encoded=True)


def _key(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else quoted(name)


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"{INDENT}{line}" if line else "" for line in lines]


def _apart(paragraphs: Sequence[Sequence[str]]) -> list[str]:
    lines: list[str] = []
    for paragraph in paragraphs:
        lines += ["", *paragraph] if lines else paragraph
    return lines
