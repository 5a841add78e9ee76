"""The formats of texts: patterns with a label for messages, and rules that a regular expression cannot express."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from annotated_types import Len
from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError


@dataclass(frozen=True)
class Pattern:
    """The format of a text: a regular expression, and a label that describes it in messages."""

    pattern: str
    label: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        if schema["type"] != "str":
            raise TypeError("Pattern must directly follow str: pydantic ignores it outside a validator")
        return {**schema, "pattern": self.pattern}

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "label": self.label}


@dataclass(frozen=True)
class Label:
    """The description of a type that has too many values to list them."""

    label: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "label": self.label}


REJECTED = "rejected"
"""Type of the pydantic errors that :func:`checked_text` raises; their messages lack only the value."""


def checked_text(problem_in: Callable[[str], tuple[str, str] | None]) -> AfterValidator:
    """A validator for rules that a regular expression cannot express.

    Args:
        problem_in: the problem with a text, without the text, and the fix, which may be empty; None when it is valid.
    """

    def check(value: str) -> str:
        problem = problem_in(value)
        if problem:
            message, fix = problem
            raise PydanticCustomError(REJECTED, "{problem}", {"problem": message, "fix": fix})
        return value

    return AfterValidator(check)


def _problem_in_ipv4_network(value: str) -> tuple[str, str] | None:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return "must be an IPv4 CIDR block such as 10.10.0.0/16", ""
    if network.version != 4:
        return "must be an IPv4 CIDR block such as 10.10.0.0/16: the network has no IPv6 addresses", "remove it"
    return None if str(network) == value else ("must be a CIDR block without host bits", f"write {network}")


def _problem_in_git_reference(value: str) -> tuple[str, str] | None:
    parts = value.split("/")
    if (
        ".." in value
        or value.endswith(".")
        or any(not part or part[0] == "." or part.endswith(".lock") for part in parts)
    ):
        return "must be a name that git allows (no '..', '//', '.lock', and no '.' or '/' at an end)", ""
    return None


def _problem_in_relative_path(value: str) -> tuple[str, str] | None:
    return ("must not contain '.' or '..' as a folder", "") if {".", ".."} & set(value.split("/")) else None


def _iso_date(value: object) -> object:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str):
        return datetime.date.fromisoformat(value)
    raise ValueError("must be a date such as 2027-03-31")


def not_boolean(value: object) -> object:
    """``value`` of a choice of numbers; booleans and floats are rejected: Python equates True and 1, 7.0 and 7."""
    if isinstance(value, bool | float):
        raise ValueError("a whole number, not true, false or a fraction")  # noqa: TRY004  # pydantic reports ValueError
    return value


Day = Annotated[datetime.date, BeforeValidator(_iso_date)]
Ipv4Cidr = Annotated[
    str, Pattern(r"^[0-9a-fA-F.:]+/[0-9]{1,3}$", "an IPv4 CIDR block"), checked_text(_problem_in_ipv4_network)
]
GitReference = Annotated[
    str,
    Pattern(r"^[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}$", "a branch, tag or commit"),
    checked_text(_problem_in_git_reference),
]
RelativePath = Annotated[
    str,
    Pattern(r"^([A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*)?$", "a relative path that neither starts nor ends with a slash"),
    checked_text(_problem_in_relative_path),
]
HostName = Annotated[
    str,
    Len(0, 253),
    Pattern(r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", "a host name such as a.example.com"),
]
AccountId = Annotated[str, Pattern(r"^[0-9]{12}$", 'an AWS account id: 12 digits in quotes, such as "111111111111"')]
