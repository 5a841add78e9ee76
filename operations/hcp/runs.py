"""Runs: upload the configuration, start, follow status and log, confirm, discard."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
from pytfe.models import ConfigurationVersion, RunCreateOptions
from pytfe.models.configuration_version import ConfigurationVersionCreateOptions

from environments.errors import printable
from operations.errors import OperationError
from operations.hcp import ending
from operations.hcp.connection import Connection
from operations.hcp.errors import hcp_errors, unreachable
from operations.hcp.log import Log
from operations.hcp.workspaces import Workspace
from operations.progress import say

POLL_SECONDS = 1.0
QUEUED = ("pending", "fetching", "fetching_completed", "queuing", "plan_queued", "queuing_apply", "apply_queued")
UPLOAD_SECONDS = 60.0


class Run:
    """A run of a workspace.

    Args:
        connection: the organization.
        workspace: whose run it is.
        data: the run as the API returns it.
        seconds: how long :meth:`planned` and :meth:`applied` wait.
    """

    def __init__(self, connection: Connection, workspace: Workspace, data: dict[str, Any], *, seconds: float) -> None:
        self._connection, self.workspace, self._seconds = connection, workspace, seconds
        self.id = str(data["id"])
        self._data = data

    @property
    def status(self) -> str:
        """The status of the last request."""
        return str(self._data["attributes"]["status"])

    @property
    def confirmable(self) -> bool:
        """Whether the run waits for a confirmation."""
        return bool(self._data["attributes"].get("actions", {}).get("is-confirmable"))

    @property
    def address(self) -> str:
        """The page of the run."""
        return f"{self._connection.workspace_address(self.workspace.name)}/runs/{self.id}"

    def planned(self) -> dict[str, Any]:
        """Follow the run until its plan is complete, and return the plan's JSON.

        Raises:
            OperationError: the run ended otherwise, or did not end in time.
        """
        self._follow("plan", lambda: self.status == "planned_and_finished" or self.confirmable)
        return self._plan_json()

    def apply(self) -> None:
        """Confirm the plan and follow the apply.

        Raises:
            OperationError: the apply failed, or did not end in time.
        """
        with hcp_errors(self._connection.host):
            self._connection.client.runs.apply(self.id)
        self._follow("apply", lambda: self.status == "applied")

    def discard(self) -> None:
        """Discard the plan, so that the workspace is free for other runs."""
        with hcp_errors(self._connection.host):
            self._connection.client.runs.discard(self.id)

    def _follow(self, phase: str, is_done: Any) -> None:
        log, shown, ends = Log(self._connection, phase), "", time.monotonic() + self._seconds
        while True:
            self._data = self._connection.request("GET", f"runs/{self.id}")["data"]
            text = self._progress()
            if text != shown:
                say(f"{self.workspace.name}: {text}")
                shown = text
            log.show_more(self._data)
            if is_done():
                log.show_more(self._data)
                return
            if self.status in ending.FAILED:
                log.show_more(self._data)
                raise OperationError(ending.explain(self.status, self.workspace.name, self.address, self._reasons()))
            if time.monotonic() > ends:
                raise OperationError(
                    f"{self.workspace.name}: the run is still {text} after {self._seconds:.0f} s: {self.address}\n"
                    "Fix: wait for the runs before it, or cancel them; to wait longer, set --wait"
                )
            time.sleep(POLL_SECONDS)

    def _progress(self) -> str:
        position = self._data["attributes"].get("position-in-queue")
        queued = self.status in QUEUED and position
        return f"{self.status.replace('_', ' ')}{f' (position {position} in the queue)' if queued else ''}"

    def _reasons(self) -> Iterator[str]:
        """Policy checks and run tasks that did not pass."""
        for check in self._connection.request("GET", f"runs/{self.id}/policy-checks")["data"]:
            if check["attributes"]["status"] in ("hard_failed", "soft_failed", "errored"):
                failed = check["attributes"].get("result", {}).get("total-failed", "some")
                yield f"policy check: {check['attributes']['status'].replace('_', ' ')}, failed policies: {failed}"
        for result in self.task_results():
            if result["status"] not in ("passed", "pending"):
                text = f"run task {result['task-name']}: {result['status']}: {result['message']} {result['url']}"
                yield printable(text.rstrip())

    def task_results(self) -> list[dict[str, Any]]:
        """The answers of the run tasks."""
        answer = self._connection.request("GET", f"runs/{self.id}/task-stages", params={"include": "task_results"})
        return [item["attributes"] for item in answer.get("included", ()) if item["type"] == "task-results"]

    def _plan_json(self) -> dict[str, Any]:
        # pytfe 1.5 sends the token to the presigned address that this request is redirected to.
        connection, plan = self._connection, self._data["relationships"]["plan"]["data"]["id"]
        with hcp_errors(connection.host):
            path = f"/api/v2/plans/{plan}/json-output"
            answer = connection.client.plans.t.request("GET", path, allow_redirects=False)
            location = answer.headers.get("Location")
            stored = connection.presigned.get(location).raise_for_status() if location else answer
        if stored.status_code != httpx.codes.OK:
            raise OperationError(f"{connection.host} has no JSON of the plan: {self.address}")
        document: dict[str, Any] = stored.json()
        return document


def start(
    connection: Connection,
    workspace: Workspace,
    archive: bytes,
    *,
    speculative: bool,
    message: str,
    seconds: float,
) -> Run:
    """Upload ``archive`` and start a run with it.

    Args:
        connection: the organization.
        workspace: where the run is started.
        archive: ``tar.gz`` of the configuration.
        speculative: whether the run ends after the plan and can never be applied.
        message: shown in the list of runs.
        seconds: how long the methods of the run wait.

    Raises:
        OperationError: the upload failed, or was not processed in time.
    """
    options = ConfigurationVersionCreateOptions(auto_queue_runs=False, speculative=speculative)
    with hcp_errors(connection.host):
        version = connection.client.configuration_versions.create(workspace.id, options)
    _upload(connection, version, archive)
    with hcp_errors(connection.host):
        body = RunCreateOptions(message=message, plan_only=speculative).model_dump(by_alias=True, exclude_none=True)
    relations = {
        "workspace": {"data": {"type": "workspaces", "id": workspace.id}},
        "configuration-version": {"data": {"type": "configuration-versions", "id": version.id}},
    }
    body.pop("type", None)
    data = connection.request(
        "POST", "runs", {"data": {"type": "runs", "attributes": body, "relationships": relations}}
    )
    run = Run(connection, workspace, data["data"], seconds=seconds)
    say(f"{workspace.name}: {'speculative plan' if speculative else 'run'} {run.address}")
    return run


def _upload(connection: Connection, version: ConfigurationVersion, archive: bytes) -> None:
    try:
        answer = connection.presigned.put(
            version.upload_url or "", content=archive, headers={"Content-Type": "application/octet-stream"}
        )
    except httpx.HTTPError as error:
        raise OperationError(f"the upload failed: {unreachable(connection.host, error)}") from None
    if answer.is_error:
        raise OperationError(
            f"the upload failed: {connection.host} answers {answer.status_code}. Fix: run the command again"
        )
    ends = time.monotonic() + UPLOAD_SECONDS
    while time.monotonic() < ends:
        attributes = connection.request("GET", f"configuration-versions/{version.id}")["data"]["attributes"]
        if attributes["status"] == "uploaded":
            return
        if attributes["status"] == "errored":
            raise OperationError(f"{connection.host} rejects the archive: {attributes.get('error-message')}")
        time.sleep(POLL_SECONDS)
    raise OperationError(f"{connection.host} did not process the archive within {UPLOAD_SECONDS:.0f} s")


def latest(connection: Connection, workspace: Workspace) -> Run | None:
    """The newest run of ``workspace``, or None."""
    found = connection.request("GET", f"workspaces/{workspace.id}/runs", params={"page[size]": "1"})["data"]
    return Run(connection, workspace, found[0], seconds=0) if found else None
