"""Mutants of IAM policies and trust."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from terraform_harness.mutation.mutant import Edit, edited_json, operator

POLICIES = {"aws_iam_role_policy": "policy", "aws_iam_policy": "policy"}
TRUST = {"aws_iam_role": "assume_role_policy"}
RESOURCE_POLICIES = {"aws_s3_bucket_policy": "policy", "aws_kms_key": "policy", "aws_sns_topic_policy": "policy"}


def _statements(body: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(body.get(key, ""))["Statement"]
    except (ValueError, KeyError, TypeError):
        return []
    return found if isinstance(found, list) else [found]


def _edits(body: Mapping[str, Any], key: str, change: str, wanted: Any, replace: Any) -> Iterator[Edit]:
    """One edit for each statement that ``wanted`` accepts, with the statement that ``replace`` makes of it."""
    statements = _statements(body, key)
    for index, one in enumerate(statements):
        if wanted(one):
            document = json.loads(body[key]) | {
                "Statement": [*statements[:index], replace(one), *statements[index + 1 :]]
            }
            named = one.get("Sid") or index
            yield Edit(change=f"{change} in statement {named}", body=edited_json(body, key, document))


@operator
def any_action(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    if kind in POLICIES:
        yield from _edits(body, POLICIES[kind], "Action = *", bool, lambda one: one | {"Action": "*"})


@operator
def any_resource(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """PassRole to every role, read of every parameter, and so on."""
    if kind in POLICIES:
        narrow = lambda one: one.get("Resource") not in ("*", ["*"])  # noqa: E731
        yield from _edits(body, POLICIES[kind], "Resource = *", narrow, lambda one: one | {"Resource": "*"})


@operator
def any_principal(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    key = (TRUST | RESOURCE_POLICIES).get(kind, "")
    allows = lambda one: one.get("Effect") == "Allow" and one.get("Principal") != "*"  # noqa: E731
    yield from _edits(body, key, "Principal = *", allows, lambda one: one | {"Principal": "*"})


@operator
def no_condition(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Trust without a source account, PassRole to any service, a refusal that no longer says of what."""
    key = (POLICIES | TRUST | RESOURCE_POLICIES).get(kind, "")
    without = lambda one: {name: value for name, value in one.items() if name != "Condition"}  # noqa: E731
    yield from _edits(body, key, "no Condition", lambda one: one.get("Condition"), without)


@operator
def no_statement_that_denies(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    key = RESOURCE_POLICIES.get(kind, "")
    yield from _edits(
        body, key, "Deny turned", lambda one: one.get("Effect") == "Deny", lambda one: one | {"Effect": "Allow"}
    )
