"""YAML without its traps: no duplicate keys, no silent types.

`no`, `12:30`, `2027-03-31` and `16.10` are texts; only `true`, `false`, `null` and whole decimal numbers are not.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from environments.errors import Problem


class NotAnEnvironment(Exception):
    """The text cannot be read as a mapping with distinct keys."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


class _Loader(yaml.SafeLoader):
    """SafeLoader with few types of scalars, refusing duplicate keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # PyYAML's own interface


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
            raise NotAnEnvironment(Problem(f"line {line}", f"a key must be text, got {key!r}: put it in quotes"))
        if key in lines:
            raise NotAnEnvironment(
                Problem(f"line {line}", f"key {key!r} stands in line {lines[key]} already: keep one")
            )
        lines[key] = line
    return {str(key): value for key, value in loader.construct_mapping(node, deep=True).items()}


_Loader.add_constructor("tag:yaml.org,2002:int", _decimal)
_Loader.add_constructor("tag:yaml.org,2002:map", _distinct)


def read_text(path: Path) -> str:
    """The text of ``path``. Raises NotAnEnvironment when there is none to read."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotAnEnvironment(Problem("", f"no such file{_others(path)}")) from None
    except IsADirectoryError:
        raise NotAnEnvironment(Problem("", "is a folder, not a YAML file")) from None
    except UnicodeDecodeError:
        raise NotAnEnvironment(Problem("", "is not text in UTF-8")) from None
    except OSError as error:
        raise NotAnEnvironment(Problem("", f"cannot be read: {error.strerror}")) from None


def _others(path: Path) -> str:
    known = sorted(item.stem for item in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
    return f"; environments here: {', '.join(known)}" if known else ""


def read_mapping(text: str) -> dict[str, Any]:
    """The mapping in YAML ``text``. Raises NotAnEnvironment."""
    if "*" in text and any(isinstance(event, yaml.AliasEvent) for event in _parsed(text)):
        raise NotAnEnvironment(Problem("", "YAML aliases (*name) are not used here: write the value out"))
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader
    except yaml.YAMLError as error:
        raise NotAnEnvironment(_problem(error)) from None
    except (ValueError, RecursionError) as error:
        raise NotAnEnvironment(Problem("", f"cannot be read as YAML: {error}")) from None
    if data is None:
        raise NotAnEnvironment(Problem("", "is empty: an environment has at least name, account_id, region, network"))
    if not isinstance(data, dict):
        raise NotAnEnvironment(Problem("", f"must be a mapping of keys, got {type(data).__name__}"))
    return data


def _parsed(text: str) -> list[yaml.Event]:
    try:
        return list(yaml.parse(text, Loader=_Loader))
    except yaml.YAMLError as error:
        raise NotAnEnvironment(_problem(error)) from None
    except RecursionError:
        raise NotAnEnvironment(Problem("", "is nested too deeply")) from None


def _problem(error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}" if mark else ""
    return Problem(where, f"is not YAML: {getattr(error, 'problem', None) or str(error).splitlines()[0]}")
