"""The functions of Terraform whose results depend on their arguments alone."""

from __future__ import annotations

import base64
import ipaddress
import itertools
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from terraform_gate.reading.expression import is_known

_WIDEST = 1000
"""Characters of a formatted number: a width of a billion would take a gigabyte."""


class Set(list[Any]):
    """A set: a list of distinct values, in the order in which Terraform iterates over it."""


class UnknownError(LookupError):
    """An expression whose value is not known."""


class MissingError(LookupError):
    """An attribute or an element that does not exist: `try` and `can` handle it."""


def _reject(constant: str) -> Any:
    raise UnknownError(f"{constant} is not JSON")


def make_set(values: Sequence[Any]) -> Set:
    """Make a set; strings are sorted."""
    distinct = list({json.dumps(value, sort_keys=True, default=str): value for value in values}.values())
    return Set(sorted(distinct, key=str))


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        if not is_known(list(arguments)):
            raise UnknownError
        return function(*arguments)

    return call


def text_of(value: Any) -> str:
    """Convert a value to the text that a template contains; an unknown value keeps its ``${...}``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    raise UnknownError


def _merge(*maps: Any) -> Any:
    if not all(isinstance(item, Mapping) for item in maps if item is not None):
        raise UnknownError
    return {key: value for item in maps if item is not None for key, value in item.items()}


def _concat(*lists: Any) -> Any:
    if not all(isinstance(item, list) for item in lists):
        raise UnknownError
    return [value for item in lists for value in item]


def _flatten(values: Any) -> list[Any]:
    flat: list[Any] = []
    for value in _list(values):
        if isinstance(value, list):
            flat += _flatten(value)
        elif isinstance(value, str) and not is_known(value):
            raise UnknownError  # it may be a list
        else:
            flat.append(value)
    return flat


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise UnknownError
    return list(value)


def _length(value: Any) -> int:
    if isinstance(value, str) and not is_known(value):
        raise UnknownError
    if isinstance(value, Set) and not is_known(list(value)):
        raise UnknownError
    return len(value)


def _lookup(mapping: Mapping[str, Any], key: str, *default: Any) -> Any:
    if not isinstance(mapping, Mapping) or not is_known(key):
        raise UnknownError
    if key not in mapping and not default:
        raise MissingError(key)
    return mapping.get(key, *default)


def _element(values: Any, index: Any) -> Any:
    listed = _list(values)
    return listed[int(index) % len(listed)]


def _contains(values: Any, wanted: Any) -> bool:
    if not is_known(wanted) or (wanted not in _list(values) and not is_known(values)):
        raise UnknownError
    return wanted in values


def _coalesce(*values: Any) -> Any:
    for value in values:
        if isinstance(value, str) and not is_known(value):
            raise UnknownError
        if value not in (None, ""):
            return value
    raise MissingError


def _coalescelist(*lists: Any) -> Any:
    return next(item for item in map(_list, lists) if item)


def _join(separator: str, *lists: Any) -> str:
    return separator.join(text_of(value) for item in lists for value in _list(item))


def _format(pattern: str, *values: Any) -> str:
    given = iter(values)

    def verb(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        value = next(given)
        if match[2] in "sv" and not match[1]:
            return text_of(value)
        if not is_known(value) or any(int(size) > _WIDEST for size in re.findall(r"\d{1,9}", match[1])):
            raise UnknownError
        return f"%{match[1]}{match[2]}" % (float(value) if match[2] in "ef" else int(value))

    return re.sub(r"%%|%([0-9.+-]*)([svdefx])", verb, pattern)


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old.startswith("/") and old.endswith("/"):
        raise UnknownError  # a regular expression of another dialect
    return text.replace(old, new)


def _number(value: Any) -> Any:
    number = float(value) if not isinstance(value, int) else value
    return int(number) if number == int(number) else number


def _boolean(value: Any) -> bool:
    return {"true": True, "false": False}[text_of(value)]


def _range(*numbers: Any) -> list[int]:
    listed = range(*map(int, numbers))
    if len(listed) > 1024:  # Terraform's own limit for range()
        raise UnknownError
    return list(listed)


def _cidrsubnet(prefix: str, bits: Any, number: Any) -> str:
    network = ipaddress.ip_network(prefix, strict=False)
    length = network.prefixlen + int(bits)
    step = 1 << (network.max_prefixlen - length)
    return str(ipaddress.ip_network((int(network.network_address) + int(number) * step, length)))


def _cidrhost(prefix: str, number: Any) -> str:
    return str(ipaddress.ip_network(prefix, strict=False)[int(number)])


def _setproduct(*lists: Any) -> list[list[Any]]:
    if math.prod(len(_list(item)) for item in lists) > 10_000:
        raise UnknownError
    return [list(item) for item in itertools.product(*lists)]


def _one(values: Any) -> Any:
    return next(iter(_list(values)), None)


def _identity(value: Any) -> Any:
    return value


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "abs": _known(lambda value: abs(_number(value))),
    "alltrue": _known(lambda values: all(map(_boolean, values))),
    "anytrue": _known(lambda values: any(map(_boolean, values))),
    "base64decode": _known(lambda text: base64.b64decode(text).decode()),
    "base64encode": _known(lambda text: base64.b64encode(text.encode()).decode()),
    "ceil": _known(lambda value: math.ceil(_number(value))),
    "cidrhost": _known(_cidrhost),
    "cidrnetmask": _known(lambda prefix: str(ipaddress.ip_network(prefix).netmask)),
    "cidrsubnet": _known(_cidrsubnet),
    "coalesce": _coalesce,
    "coalescelist": _coalescelist,
    "compact": _known(lambda values: [value for value in _list(values) if value]),
    "concat": _concat,
    "contains": _contains,
    "distinct": _known(lambda values: [value for index, value in enumerate(values) if value not in values[:index]]),
    "element": _element,
    "endswith": _known(lambda text, end: text.endswith(end)),
    "flatten": _flatten,
    "floor": _known(lambda value: math.floor(_number(value))),
    "format": _format,
    "join": _join,
    "jsondecode": _known(lambda text: json.loads(text, parse_constant=_reject)),
    "jsonencode": lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
    "keys": lambda mapping: sorted(mapping) if isinstance(mapping, Mapping) else _list(None),
    "length": _length,
    "lookup": _lookup,
    "lower": _known(str.lower),
    "max": _known(lambda *values: max(map(_number, values))),
    "merge": _merge,
    "min": _known(lambda *values: min(map(_number, values))),
    "nonsensitive": _identity,
    "one": _one,
    "parseint": _known(int),
    "range": _known(_range),
    "replace": _known(_replace),
    "reverse": lambda values: _list(values)[::-1],
    "sensitive": _identity,
    "setintersection": _known(lambda first, *others: make_set([v for v in first if all(v in o for o in others)])),
    "setproduct": _setproduct,
    "setsubtract": _known(lambda first, second: make_set([value for value in first if value not in second])),
    "setunion": _known(lambda *sets: make_set(_concat(*map(list, sets)))),
    "slice": lambda values, start, end: _list(values)[int(start) : int(end)],
    "sort": _known(lambda values: sorted(map(str, values))),
    "split": _known(lambda separator, text: text.split(separator)),
    "startswith": _known(lambda text, start: text.startswith(start)),
    "strcontains": _known(lambda text, part: part in text),
    "substr": _known(lambda text, start, size: text[start : None if size < 0 else start + size]),
    "sum": _known(lambda values: sum(map(_number, values))),
    "title": _known(str.title),
    "tobool": _known(_boolean),
    "tolist": _list,
    "tomap": _merge,
    "tonumber": _known(_number),
    "toset": lambda values: make_set(_list(values)),
    "tostring": text_of,
    "trim": _known(str.strip),
    "trimprefix": _known(str.removeprefix),
    "trimspace": _known(str.strip),
    "trimsuffix": _known(str.removesuffix),
    "upper": _known(str.upper),
    "values": lambda mapping: [mapping[key] for key in sorted(mapping)],
    "zipmap": _known(lambda keys, values: dict(zip(keys, values, strict=True))),
}
