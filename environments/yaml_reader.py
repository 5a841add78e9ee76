"""A strict subset of YAML: no duplicate keys, anchors, aliases or tags, few scalar types, limited size and depth.

`no`, `12:30`, `2027-03-31` and `16.10` are text. Only `true`, `false`, `null` and whole decimal
numbers have another type.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from environments.errors import Problem

MAX_BYTES = 64 * 1024
"""Largest file, which takes up to two seconds to read. Three environments of this repository have 5 KiB together."""
MAX_DEPTH = 12
"""Deepest nesting of lists and mappings; the deepest key of an environment is at 5."""
MAX_DIGITS = 18
SYNTAX_FIX = "Fix: check the indentation, brackets and quotes of this line and of the lines before it"


class UnreadableFile(Exception):
    """The text is not a YAML mapping with distinct keys."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


class _Loader(yaml.SafeLoader):
    """SafeLoader with fewer scalar types. It rejects duplicate keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # the interface of PyYAML


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), [*_first.replace("\0", ""), ""]
    )


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node))
    if len(text) > MAX_DIGITS:
        raise UnreadableFile(
            Problem(
                _line(node.start_mark),
                f"a number has at most {MAX_DIGITS} digits, got {len(text)}. Fix: correct it, or put text in quotes",
            )
        )
    return int(text)


def _shown(key: object) -> str:
    return "a list or mapping" if isinstance(key, list | dict | tuple) else repr(key)


def _line(mark: Any) -> str:
    return f"line {mark.line + 1}" if mark else ""


def _distinct(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    lines: dict[str, int] = {}
    for key_node, _ in node.value:
        line = key_node.start_mark.line + 1
        key = loader.construct_object(key_node)
        if not isinstance(key, str):
            raise UnreadableFile(
                Problem(f"line {line}", f"a key must be text, got {_shown(key)}. Fix: put it in quotes")
            )
        if key in lines:
            raise UnreadableFile(
                Problem(f"line {line}", f"line {lines[key]} already sets the key {key!r}. Fix: keep one of them")
            )
        lines[key] = line
    return {str(key): value for key, value in loader.construct_mapping(node, deep=True).items()}


_Loader.add_constructor("tag:yaml.org,2002:int", _decimal)
_Loader.add_constructor("tag:yaml.org,2002:map", _distinct)


def read_text(path: Path) -> str:
    """The text of ``path``.

    Raises:
        UnreadableFile: when ``path`` is not a readable text file.
    """
    try:
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "no regular file"
            raise UnreadableFile(Problem("", f"is {kind}, not a YAML file. Fix: give the path of a YAML file"))
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise UnreadableFile(_too_large(path.stat().st_size))
        return content.decode("utf-8")
    except FileNotFoundError:
        raise UnreadableFile(Problem("", f"no such file{_others(path)}. Fix: correct the name")) from None
    except UnicodeDecodeError:
        raise UnreadableFile(Problem("", "is not UTF-8 text. Fix: save the file as UTF-8")) from None
    except OSError as error:
        raise UnreadableFile(Problem("", f"cannot be read: {error.strerror}. Fix: check its permissions")) from None


def _too_large(size: int) -> Problem:
    return Problem("", f"has {size:,} bytes; an environment file has at most {MAX_BYTES:,}. Fix: shorten the file")


def _others(path: Path) -> str:
    known = sorted(item.stem for item in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
    return f"; environments in this folder: {', '.join(known)}" if known else ""


def read_mapping(text: str) -> dict[str, Any]:
    """The mapping in YAML ``text``.

    Raises:
        UnreadableFile: when the text is not a YAML mapping with distinct keys.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise UnreadableFile(_too_large(size))
    try:
        _check_events(text)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader
    except yaml.YAMLError as error:
        raise UnreadableFile(_problem(error)) from None
    if data is None:
        raise UnreadableFile(Problem("", "is empty. Fix: set at least name, account_id, region and network"))
    if not isinstance(data, dict):
        raise UnreadableFile(
            Problem("", f"must be a mapping of keys, got {type(data).__name__}. Fix: write lines such as name: dev")
        )
    return data


def _check_events(text: str) -> None:
    """Reject YAML that the loader would resolve in surprising ways, before the loader constructs any value."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        problem = f"is nested deeper than {MAX_DEPTH} levels. Fix: remove brackets" if depth > MAX_DEPTH else ""
        if isinstance(event, yaml.AliasEvent):
            problem = "YAML aliases (*name) are not allowed. Fix: repeat the value"
        elif getattr(event, "anchor", None):
            problem = "YAML anchors (&name) are not allowed. Fix: remove the anchor"
        elif getattr(event, "tag", None):
            problem = "YAML tags (!!type or !name) are not allowed. Fix: remove the tag; put text in quotes"
        if problem:
            raise UnreadableFile(Problem(_line(event.start_mark), problem))


def _problem(error: yaml.YAMLError) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        code = error.character if isinstance(error.character, int) else ord(str(error.character)[:1])
        return Problem("", f"contains the character U+{code:04X}, which YAML does not allow. Fix: remove it")
    text = str(getattr(error, "problem", None) or "cannot be read")
    if "'\\t'" in text:
        text = "a tab, where YAML requires spaces"
    return Problem(_line(getattr(error, "problem_mark", None)), f"is not valid YAML: {text}. {SYNTAX_FIX}")
