"""Calls run tasks as HCP Terraform does: a signed request, then the task's answer through a callback."""

from __future__ import annotations

import hmac
import json
import secrets
import time
import urllib.request
from hashlib import sha512
from typing import Any

from terraform_harness.hcp.store import Caller, Run, Store, TaskResult

SIGNATURE_HEADER = "X-TFC-Task-Signature"
WAIT_SECONDS = 120


def sign(body: bytes, key: str) -> str:
    """Return the signature of ``body``: HMAC with SHA-512, in hexadecimal digits."""
    return hmac.new(key.encode(), body, sha512).hexdigest()


def call_all(store: Store, address: str, run: Run) -> bool:
    """Call the run tasks of the run's workspace one after the other; False when a mandatory task did not pass."""
    if run.workspace.tasks:
        run.status = "post_plan_running"
    for task, enforcement in run.workspace.tasks.items():
        result = TaskResult(store.new_id("taskrs"), task, secrets.token_hex(16), enforcement)
        store.results[result.id] = result
        run.results.append(result)
        store.callers[result.token] = Caller(store.organization, run=run)
        _call(store.tasks[task], payload(store, address, run, result), result)
        store.callers.pop(result.token, None)
    return all(item.status == "passed" or item.enforcement == "advisory" for item in run.results)


def payload(store: Store, address: str, run: Run, result: TaskResult) -> dict[str, Any]:
    """Return the body of the request (*Run Tasks Integration API* in the documentation of HCP Terraform)."""
    return {
        "payload_version": 1,
        "stage": "post_plan",
        "access_token": result.token,
        "capabilities": {"outcomes": True},
        "configuration_version_id": run.configuration.id,
        "is_speculative": run.configuration.speculative,
        "organization_name": store.organization,
        "plan_json_api_url": f"{address}/api/v2/plans/plan-{run.id}/json-output",
        "run_id": run.id,
        "run_app_url": f"{address}/app/{store.organization}/{run.workspace.name}/runs/{run.id}",
        "run_message": run.attributes.get("message", ""),
        "task_result_callback_url": f"{address}/api/v2/task-results/{result.id}/callback",
        "task_result_enforcement_level": result.enforcement,
        "task_result_id": result.id,
        "workspace_id": run.workspace.id,
        "workspace_name": run.workspace.name,
    }


def _call(task: dict[str, Any], content: dict[str, Any], result: TaskResult) -> None:
    body = json.dumps(content).encode()
    headers = {"Content-Type": "application/json", SIGNATURE_HEADER: sign(body, task["hmac-key"])}
    request = urllib.request.Request(task["url"], data=body, headers=headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310  the URL is registered by the test
            result.status = "running"
    except OSError as error:
        result.status, result.message = "errored", f"the run task did not answer: {error}"
        return
    ends = time.monotonic() + WAIT_SECONDS
    while result.status in ("pending", "running") and time.monotonic() < ends:
        time.sleep(0.05)
