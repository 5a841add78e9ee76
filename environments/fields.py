"""The declaration of a key: the source of YAML schema, error messages, Terraform variables and documentation.

Every field declares when its value is decided. ``synth``: Python reads the value, because it decides which resources
exist or because Python computes with it. ``plan``: Python only passes the value on, so an exported module makes it a
Terraform variable. The JSON schema of the field carries this as ``decided`` (see
:func:`decided_at`), and the description of a text's format as ``label``. ``effect`` says what a later change of the
key does to a running environment; ``modules/`` makes it true, and the plan guard rejects what it does not allow.
"""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    JsonValue,
)
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

Decided = Literal["synth", "plan"]


class Section(BaseModel):
    """A part of an environment: frozen, without unknown keys and without type conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=False, validate_default=True)


CHECKS_ONLY = "nothing in AWS"
"""The effect of a change that only rules and policies read."""
IN_PLACE = "in place"
"""The effect of a change that AWS makes while everything runs."""
ROLLING = "rolling"
"""The effect of a change for which ECS replaces Fargate tasks, new before old; a worker ends its Airflow tasks."""
BRIEF_OUTAGE = "brief outage"
"""The effect of a change that breaks connections for seconds or minutes."""


def replaces(what: str) -> str:
    """The effect of a change that deletes ``what``; the plan guard allows it only with a waiver."""
    return f"replaces {what}"


def not_possible_later(instead: str) -> str:
    """The effect of a change that AWS or Terraform rejects; ``instead`` is the alternative."""
    return f"not possible later: {instead}"


def synth(
    description: str, *, effect: str | None = None, ge: float | None = None, le: float | None = None
) -> FieldInfo:
    """A key whose value Python reads.

    Args:
        description: one sentence for the author of an environment file.
        effect: what a later change of the key does; none for a section, whose keys have their own.
        ge: lower bound, inclusive.
        le: upper bound, inclusive.
    """
    return _field(description, {"decided": "synth"}, effect, ge=ge, le=le)


def plan(
    description: str,
    *,
    effect: str | None = None,
    ge: float | None = None,
    le: float | None = None,
    nullable: bool = False,
) -> FieldInfo:
    """A key whose value Python only passes on: a Terraform variable of exported modules.

    Args:
        description: one sentence for the author of an environment file.
        effect: what a later change of the key does.
        ge: lower bound, inclusive.
        le: upper bound, inclusive.
        nullable: an absent key is passed on too, as null. Without it, the presence of an optional key decides which
            resources exist, so that only the value of a present key is a variable.
    """
    extra: dict[str, JsonValue] = {"decided": "plan", **({"nullable": True} if nullable else {})}
    return _field(description, extra, effect, ge=ge, le=le)


def _field(
    description: str, extra: dict[str, JsonValue], effect: str | None, *, ge: float | None, le: float | None
) -> FieldInfo:
    if effect:
        extra = {**extra, "effect": effect}
    field: FieldInfo = Field(description=description, json_schema_extra=extra, ge=ge, le=le)
    return field


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


def arn(service: str, *, rest: str, label: str, regional: bool, account: str = "[0-9]{12}") -> Pattern:
    """The pattern of an ARN of ``service`` in a commercial region, whose resource matches ``rest``."""
    region = "[a-z0-9-]+" if regional else ""
    return Pattern(rf"^arn:aws:{service}:{region}:{account}:{rest}$", label)


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
_IAM_NAME = "[A-Za-z0-9+=,.@_/-]+"
RoleArn = Annotated[
    str,
    arn(
        "iam",
        rest=f"role/{_IAM_NAME}",
        label="the ARN of an IAM role, arn:aws:iam::<account>:role/<name>",
        regional=False,
    ),
]
PolicyArn = Annotated[
    str,
    arn(
        "iam",
        rest=f"policy/{_IAM_NAME}",
        label="the ARN of an IAM policy, arn:aws:iam::<account>:policy/<name>",
        regional=False,
        account="([0-9]{12}|aws)",
    ),
]
KmsKeyArn = Annotated[
    str,
    arn(
        "kms",
        rest="key/[A-Za-z0-9-]+",
        label="the ARN of a KMS key, arn:aws:kms:<region>:<account>:key/<id>",
        regional=True,
    ),
]
CertificateArn = Annotated[
    str,
    arn(
        "acm",
        rest="certificate/[A-Za-z0-9-]+",
        label="the ARN of an ACM certificate, arn:aws:acm:<region>:<account>:certificate/<id>",
        regional=True,
    ),
]
OidcProviderArn = Annotated[
    str,
    arn(
        "iam",
        rest="oidc-provider/[A-Za-z0-9._/:-]+",
        label="the ARN of an IAM OIDC provider, arn:aws:iam::<account>:oidc-provider/<host>",
        regional=False,
    ),
]


def arn_region(value: str) -> str:
    """The region in an ARN; empty for a global service."""
    return value.split(":")[3]


def arn_account(value: str) -> str:
    """The account in an ARN; empty when the ARN names none."""
    return value.split(":")[4]


def decided_at(node: Mapping[str, Any]) -> Decided:
    """When the value of a key is decided, from the key's node of the JSON schema.

    An exported module lists its exceptions, with their reasons, in ``structural``.
    """
    return "plan" if node.get("decided") == "plan" else "synth"
