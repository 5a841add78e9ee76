"""Checks and reads the request with which HCP Terraform calls a run task."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from hashlib import sha512
from typing import Any
from urllib.parse import urlsplit

SIGNATURE_HEADER = "X-TFC-Task-Signature"
TEST_TOKEN = "test-token"  # noqa: S105  sent when a run task is created
STAGE = "post_plan"


class RejectedRequestError(ValueError):
    """The request is not answered; the message says why, without values of the request."""


@dataclass(frozen=True)
class TaskRequest:
    """What the service needs of a request (*Run Tasks Integration API* in the documentation of HCP Terraform).

    Attributes:
        workspace: Name of the workspace; the name of the stack in the findings.
        run: Id of the run.
        plan_url: Address of the plan's JSON.
        callback_url: Address for the answer.
        token: Allows both, for the time of this task only.
        is_test: Whether the request only checks that the service answers.
    """

    workspace: str
    run: str
    plan_url: str
    callback_url: str
    token: str = field(repr=False)
    is_test: bool


def has_valid_signature(body: bytes, signature: str, key: str) -> bool:
    """Tell whether ``signature`` is the HMAC-SHA512 of ``body`` with ``key``, in constant time."""
    expected = hmac.new(key.encode(), body, sha512).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def read_request(body: bytes, *, hosts: frozenset[str]) -> TaskRequest:
    """Read a request whose signature was checked.

    Args:
        body: The body.
        hosts: Names (with port) of the servers to which the token may be sent.

    Raises:
        RejectedRequestError: The body lacks a field, is for another stage, or names another server.
    """
    try:
        content = json.loads(body)
        token = str(content["access_token"])
        if token == TEST_TOKEN:
            return TaskRequest("", "", "", "", token, is_test=True)
        addresses = str(content["plan_json_api_url"]), str(content["task_result_callback_url"])
        workspace, run = str(content["workspace_name"]), str(content["run_id"])
        stage = content["stage"]
    except (ValueError, KeyError, TypeError):
        raise RejectedRequestError(f"not a request of a run task in stage {STAGE}") from None
    if stage != STAGE:
        raise RejectedRequestError(f"the stage must be {STAGE}. Fix: attach the run task to the stage Post-plan")
    for address in addresses:
        _require_known(address, hosts)
    return TaskRequest(workspace, run, *addresses, token, is_test=False)


def _require_known(address: str, hosts: frozenset[str]) -> None:
    parts: Any = urlsplit(address)
    if parts.scheme != "https" or parts.netloc not in hosts:
        raise RejectedRequestError("names a server that is not allowed. Fix: allow it with --host")
