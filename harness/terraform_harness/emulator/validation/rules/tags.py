"""Tags: characters, number, reserved prefix, keys that differ in case only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from terraform_harness.emulator.validation.patterns import compiled
from terraform_harness.emulator.validation.requests import Call
from terraform_harness.emulator.validation.rules.rule import rule
from terraform_harness.emulator.validation.shapes import shown
from terraform_harness.emulator.validation.violation import Violation

GENERAL = "https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html"
EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions"
IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html"
ALLOWED = compiled(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*")
ALLOWED_TEXT = "letters, digits, spaces and _ . : / = + - @"
TAGS = 50
EC2_KEY, EC2_VALUE, KEY, VALUE = 127, 255, 128, 256
# Services whose tags take the general set of characters and whose models have no pattern; and their error codes.
CODES: Mapping[str, str] = {
    "cloudwatch": "InvalidParameterValue",
    "ecr": "InvalidTagParameterException",
    "efs": "BadRequest",
    "elasticache": "InvalidParameterValue",
    "events": "ValidationException",
    "kms": "TagException",
    "rds": "InvalidParameterValue",
    "s3": "InvalidTag",
    "scheduler": "ValidationException",
    "secretsmanager": "InvalidParameterException",
    "servicediscovery": "InvalidInput",
    "sns": "InvalidParameter",
    "sqs": "InvalidParameterValue",
}
READS = ("Describe", "List", "Get", "Untag", "Remove")


def tags_of(call: Call) -> Iterator[tuple[str, str]]:
    """Return the tags that a call sets: lists of Key and Value, or maps."""
    parameters = call.parameters
    for specification in parameters.get("TagSpecifications", ()):
        yield from _pairs(specification.get("Tags", ()))
    for name in ("Tags", "tags", "TagList"):
        yield from _pairs(parameters.get(name, ()))
    if isinstance(nested := parameters.get("Tagging"), dict):
        yield from _pairs(nested.get("TagSet", ()))


def _pairs(tags: Any) -> Iterator[tuple[str, str]]:
    if isinstance(tags, dict):
        yield from tags.items()
        return
    for tag in tags:
        if isinstance(tag, dict):
            key = next((tag[name] for name in ("Key", "key", "TagKey") if name in tag), "")
            yield key, next((tag[name] for name in ("Value", "value", "TagValue") if name in tag), "")


@rule("ec2:*", source=EC2)
def ec2_tags(call: Call) -> None:
    if call.operation.startswith(READS) or call.operation == "DeleteTags":
        return
    tags = list(tags_of(call))
    if len(tags) > TAGS and len(call.parameters.get("TagSpecifications", ())) < 2:
        raise Violation("TagLimitExceeded", f"{len(tags)} tags; the limit is {TAGS}")
    for key, value in tags:
        if key.lower().startswith("aws:"):
            raise Violation("InvalidParameterValue", f"Tag key '{shown(key)}': keys that start with aws: are reserved")
        if len(key) > EC2_KEY or len(value) > EC2_VALUE:
            raise Violation(
                "InvalidParameterValue",
                f"Tag '{shown(key)}': {len(key)} characters of the key (limit {EC2_KEY}), {len(value)} of the value "
                f"(limit {EC2_VALUE})",
            )


@rule(*(f"{service}:*" for service in CODES), source=GENERAL)
def tag_characters(call: Call) -> None:
    if call.operation.startswith(READS):
        return
    tags, code = list(tags_of(call)), CODES[call.service]
    if len(tags) > TAGS:
        raise Violation(code, f"{len(tags)} tags; the limit is {TAGS}")
    for key, value in tags:
        if not (0 < len(key) <= KEY and len(value) <= VALUE):
            raise Violation(
                code, f"Tag '{shown(key)}': {len(key)} characters of the key (1 to {KEY}), {len(value)} of the value "
                      f"(limit {VALUE})"
            )  # fmt: skip
        if key.lower().startswith("aws:"):
            raise Violation(code, f"Tag key '{shown(key)}': keys that start with aws: are reserved")
        for text in (key, value):
            if not ALLOWED.fullmatch(text):
                raise Violation(code, f"Tag '{shown(key)}' = '{shown(value)}': allowed characters are {ALLOWED_TEXT}")


@rule("iam:*", source=IAM)
def iam_tag_keys_are_unique_without_case(call: Call) -> None:
    if call.operation.startswith(READS):
        return
    counted = Counter(key.lower() for key, _ in tags_of(call))
    if twice := sorted(key for key, count in counted.items() if count > 1):
        raise Violation(
            "InvalidInput",
            f"Duplicate tag keys found. Please note that Tag keys are case insensitive: {', '.join(map(shown, twice))}",
        )
