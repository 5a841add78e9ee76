"""A strict subset of YAML: no duplicate keys, no aliases, few scalar types.

`no`, `12:30`, `2027-03-31` and `16.10` are text. Only `true`, `false`, `null` and whole decimal numbers are not.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from environments.errors import Problem


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
    return int(loader.construct_scalar(node))


def _distinct(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    lines: dict[str, int] = {}
    for key_node, _ in node.value:
        line = key_node.start_mark.line + 1
        key = loader.construct_object(key_node)
        if not isinstance(key, str):
            raise UnreadableFile(Problem(f"line {line}", f"a key must be text, got {key!r}. Fix: put it in quotes"))
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
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UnreadableFile(Problem("", f"no such file{_others(path)}")) from None
    except IsADirectoryError:
        raise UnreadableFile(Problem("", "is a folder, not a YAML file")) from None
    except UnicodeDecodeError:
        raise UnreadableFile(Problem("", "is not UTF-8 text")) from None
    except OSError as error:
        raise UnreadableFile(Problem("", f"cannot be read: {error.strerror}")) from None


def _others(path: Path) -> str:
    known = sorted(item.stem for item in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
    return f"; environments in this folder: {', '.join(known)}" if known else ""


def read_mapping(text: str) -> dict[str, Any]:
    """The mapping in YAML ``text``.

    Raises:
        UnreadableFile: when the text is not a YAML mapping with distinct keys.
    """
    if "*" in text and any(isinstance(event, yaml.AliasEvent) for event in _parsed(text)):
        raise UnreadableFile(Problem("", "YAML aliases (*name) are not allowed. Fix: repeat the value"))
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader
    except yaml.YAMLError as error:
        raise UnreadableFile(_problem(error)) from None
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(Problem("", f"cannot be read as YAML: {error}")) from None
    if data is None:
        raise UnreadableFile(Problem("", "is empty. Fix: set at least name, account_id, region and network"))
    if not isinstance(data, dict):
        raise UnreadableFile(Problem("", f"must be a mapping of keys, got {type(data).__name__}"))
    return data


def _parsed(text: str) -> list[yaml.Event]:
    try:
        return list(yaml.parse(text, Loader=_Loader))
    except yaml.YAMLError as error:
        raise UnreadableFile(_problem(error)) from None
    except RecursionError:
        raise UnreadableFile(Problem("", "is nested too deeply")) from None


def _problem(error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}" if mark else ""
    return Problem(where, f"is not valid YAML: {getattr(error, 'problem', None) or str(error).splitlines()[0]}")
