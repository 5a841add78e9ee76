"""How a key of an environment is declared: once, for YAML, errors, JSON schema, Terraform variables and the docs.

A key is decided at ``synth`` (Python looks at the value: it changes which resources exist, or is computed with) or at
``plan`` (only a value inside a resource: an exported module asks for it as a Terraform variable). ``json_schema_extra``
carries that as ``decided``, and the format of a text in words as ``form``.
"""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
)
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

Decided = Literal["synth", "plan"]
Whole = Annotated[int, Strict()]
"""A whole number: neither ``"5"`` nor ``5.0`` nor ``true``."""
Flag = Annotated[bool, Strict()]
"""``true`` or ``false``: neither ``1`` nor ``"yes"``."""


class Section(BaseModel):
    """A part of an environment: frozen, no unknown keys, no silent conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=False, validate_default=True)


def synth(description: str, *, ge: float | None = None, le: float | None = None) -> FieldInfo:
    """A key that Python looks at, to decide what exists or to compute; ``ge`` and ``le`` are inclusive bounds."""
    return _described(description, decided="synth", ge=ge, le=le)


def plan(description: str, *, ge: float | None = None, le: float | None = None) -> FieldInfo:
    """A key that is only a value, a Terraform variable of exported modules; ``ge`` and ``le`` are inclusive bounds."""
    return _described(description, decided="plan", ge=ge, le=le)


def _described(description: str, *, decided: Decided, ge: float | None, le: float | None) -> FieldInfo:
    described: FieldInfo = Field(description=description, json_schema_extra={"decided": decided}, ge=ge, le=le)
    return described


@dataclass(frozen=True)
class Form:
    """What a text must look like: a regular expression for machines, words for people."""

    pattern: str
    words: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return {**handler(source), "pattern": self.pattern}

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "form": self.words}


@dataclass(frozen=True)
class Called:
    """What people call a type whose values are too many to list."""

    words: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "form": self.words}


def _whole_network(value: str) -> str:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise PydanticCustomError("cidr", "must be a CIDR block such as 10.10.0.0/16") from None
    if str(network) != value:
        raise PydanticCustomError("cidr", "must be a CIDR block without host bits", {"network": str(network)})
    return value


def _ipv4_network(value: str) -> str:
    if ":" in value:
        raise PydanticCustomError("cidr", "must be an IPv4 CIDR block such as 10.10.0.0/16")
    return _whole_network(value)


def arn(service: str, *, rest: str, words: str) -> Form:
    """The form of an ARN of ``service`` whose end matches ``rest``."""
    return Form(rf"^arn:aws[a-z-]*:{service}:[a-z0-9-]*:\d{{0,12}}:{rest}$", words)


def _iso_date(value: object) -> object:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str):
        return datetime.date.fromisoformat(value)
    raise ValueError("a date is written as 2027-03-31")


Day = Annotated[datetime.date, BeforeValidator(_iso_date)]
Cidr = Annotated[str, AfterValidator(_whole_network), Form(r"^[0-9a-fA-F.:]+/\d{1,3}$", "a CIDR block")]
Ipv4Cidr = Annotated[str, AfterValidator(_ipv4_network), Form(r"^[0-9a-fA-F.:]+/\d{1,3}$", "an IPv4 CIDR block")]
AccountId = Annotated[str, Form(r"^\d{12}$", 'an AWS account id: 12 digits in quotes, such as "111111111111"')]
RoleArn = Annotated[str, arn("iam", rest="role/.+", words="the ARN of an IAM role, arn:aws:iam::<account>:role/<name>")]
PolicyArn = Annotated[
    str, arn("iam", rest="policy/.+", words="the ARN of an IAM policy, arn:aws:iam::<account>:policy/<name>")
]
KmsKeyArn = Annotated[
    str, arn("kms", rest="key/.+", words="the ARN of a KMS key, arn:aws:kms:<region>:<account>:key/<id>")
]
CertificateArn = Annotated[
    str,
    arn(
        "acm",
        rest="certificate/.+",
        words="the ARN of an ACM certificate, arn:aws:acm:<region>:<account>:certificate/<id>",
    ),
]
OidcProviderArn = Annotated[
    str,
    arn(
        "iam",
        rest="oidc-provider/.+",
        words="the ARN of an IAM OIDC provider, arn:aws:iam::<account>:oidc-provider/<host>",
    ),
]


def arn_region(value: str) -> str:
    """The region in an ARN, empty for global services."""
    return value.split(":")[3]


def arn_account(value: str) -> str:
    """The account in an ARN."""
    return value.split(":")[4]


def decided_at(node: Mapping[str, Any]) -> str:
    """``synth`` or ``plan`` from a property's node of the JSON schema; a sub-section has none."""
    return str(node.get("decided", ""))
