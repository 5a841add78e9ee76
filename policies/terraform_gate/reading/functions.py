"""The functions of Terraform whose results depend on their arguments alone."""

from __future__ import annotations

import base64
import ipaddress
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from terraform_gate.reading.collection_functions import (
    coalesce,
    coalescelist,
    concat,
    contains,
    element,
    flatten,
    length,
    list_of,
    lookup,
    merge,
    one,
    range_,
    setproduct,
)
from terraform_gate.reading.expression import is_known
from terraform_gate.reading.values import UnknownError, boolean_of, make_set, number_of, text_of

_WIDEST = 1000
"""Characters of a formatted number: a width of a billion would take a gigabyte."""


def _reject(constant: str) -> Any:
    raise UnknownError(f"{constant} is not JSON")


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        if not is_known(list(arguments)):
            raise UnknownError
        return function(*arguments)

    return call


def _join(separator: str, *lists: Any) -> str:
    return separator.join(text_of(value) for item in lists for value in list_of(item))


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


def _cidrsubnet(prefix: str, bits: Any, number: Any) -> str:
    network = ipaddress.ip_network(prefix, strict=False)
    length = network.prefixlen + int(bits)
    step = 1 << (network.max_prefixlen - length)
    return str(ipaddress.ip_network((int(network.network_address) + int(number) * step, length)))


def _cidrhost(prefix: str, number: Any) -> str:
    return str(ipaddress.ip_network(prefix, strict=False)[int(number)])


def _identity(value: Any) -> Any:
    return value


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "abs": _known(lambda value: abs(number_of(value))),
    "alltrue": _known(lambda values: all(map(boolean_of, values))),
    "anytrue": _known(lambda values: any(map(boolean_of, values))),
    "base64decode": _known(lambda text: base64.b64decode(text).decode()),
    "base64encode": _known(lambda text: base64.b64encode(text.encode()).decode()),
    "ceil": _known(lambda value: math.ceil(number_of(value))),
    "cidrhost": _known(_cidrhost),
    "cidrnetmask": _known(lambda prefix: str(ipaddress.ip_network(prefix).netmask)),
    "cidrsubnet": _known(_cidrsubnet),
    "coalesce": coalesce,
    "coalescelist": coalescelist,
    "compact": _known(lambda values: [value for value in list_of(values) if value]),
    "concat": concat,
    "contains": contains,
    "distinct": _known(lambda values: [value for index, value in enumerate(values) if value not in values[:index]]),
    "element": element,
    "endswith": _known(lambda text, end: text.endswith(end)),
    "flatten": flatten,
    "floor": _known(lambda value: math.floor(number_of(value))),
    "format": _format,
    "join": _join,
    "jsondecode": _known(lambda text: json.loads(text, parse_constant=_reject)),
    "jsonencode": lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
    "keys": lambda mapping: sorted(mapping) if isinstance(mapping, Mapping) else list_of(None),
    "length": length,
    "lookup": lookup,
    "lower": _known(str.lower),
    "max": _known(lambda *values: max(map(number_of, values))),
    "merge": merge,
    "min": _known(lambda *values: min(map(number_of, values))),
    "nonsensitive": _identity,
    "one": one,
    "parseint": _known(int),
    "range": _known(range_),
    "replace": _known(_replace),
    "reverse": lambda values: list_of(values)[::-1],
    "sensitive": _identity,
    "setintersection": _known(lambda first, *others: make_set([v for v in first if all(v in o for o in others)])),
    "setproduct": setproduct,
    "setsubtract": _known(lambda first, second: make_set([value for value in first if value not in second])),
    "setunion": _known(lambda *sets: make_set(concat(*map(list, sets)))),
    "slice": lambda values, start, end: list_of(values)[int(start) : int(end)],
    "sort": _known(lambda values: sorted(map(str, values))),
    "split": _known(lambda separator, text: text.split(separator)),
    "startswith": _known(lambda text, start: text.startswith(start)),
    "strcontains": _known(lambda text, part: part in text),
    "substr": _known(lambda text, start, size: text[start : None if size < 0 else start + size]),
    "sum": _known(lambda values: sum(map(number_of, values))),
    "title": _known(str.title),
    "tobool": _known(boolean_of),
    "tolist": list_of,
    "tomap": merge,
    "tonumber": _known(number_of),
    "toset": lambda values: make_set(list_of(values)),
    "tostring": text_of,
    "trim": _known(str.strip),
    "trimprefix": _known(str.removeprefix),
    "trimspace": _known(str.strip),
    "trimsuffix": _known(str.removesuffix),
    "upper": _known(str.upper),
    "values": lambda mapping: [mapping[key] for key in sorted(mapping)],
    "zipmap": _known(lambda keys, values: dict(zip(keys, values, strict=True))),
}
