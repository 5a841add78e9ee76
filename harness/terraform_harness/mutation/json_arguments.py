"""Arguments that hold JSON: the containers of a task definition and the statements of a policy, read and replaced.

>>> body = {"policy": '{"Statement": [{"Effect": "Deny"}]}'}
>>> with_statement(body, "policy", 0, {"Effect": "Allow"})
{'policy': '{"Statement": [{"Effect": "Allow"}]}'}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from terraform_harness.mutation.mutant import edited

Container = dict[str, Any]
Statement = dict[str, Any]
CONTAINERS = "container_definitions"
POLICIES = {"aws_iam_role_policy": "policy", "aws_iam_policy": "policy"}
TRUST = {"aws_iam_role": "assume_role_policy"}
RESOURCE_POLICIES = {"aws_s3_bucket_policy": "policy", "aws_kms_key": "policy", "aws_sns_topic_policy": "policy"}


def containers(body: Mapping[str, Any]) -> list[Container]:
    """Return the containers of a task definition; none when they are an expression, or no list of named objects."""
    try:
        found = json.loads(body.get(CONTAINERS, ""))
    except (TypeError, ValueError):
        return []
    listed = found if isinstance(found, list) else []
    return listed if all(isinstance(item, dict) and "name" in item for item in listed) else []


def with_container(body: Mapping[str, Any], index: int, container: Container) -> dict[str, Any]:
    """Return a copy of a task definition whose container at ``index`` is ``container``."""
    return edited(body, **{CONTAINERS: json.dumps(_replaced(containers(body), index, container))})


def statements(body: Mapping[str, Any], key: str) -> list[Statement]:
    """Return the statements of the policy in the argument ``key``; none when it is an expression or no policy."""
    try:
        found = json.loads(body.get(key, ""))["Statement"]
    except (ValueError, KeyError, TypeError):
        return []
    return found if isinstance(found, list) else [found]


def with_statement(body: Mapping[str, Any], key: str, index: int, statement: Statement) -> dict[str, Any]:
    """Return a copy of a resource whose policy in the argument ``key`` has ``statement`` at ``index``."""
    document = json.loads(body[key]) | {"Statement": _replaced(statements(body, key), index, statement)}
    return edited(body, **{key: json.dumps(document)})


def _replaced(items: list[dict[str, Any]], index: int, item: dict[str, Any]) -> list[dict[str, Any]]:
    return [*items[:index], item, *items[index + 1 :]]
