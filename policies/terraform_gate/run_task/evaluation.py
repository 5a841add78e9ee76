"""Fetches the plan of a run, evaluates the gate on it, and sends the answer."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from terraform_gate.files import write_atomically
from terraform_gate.run_task.answer import answer, body
from terraform_gate.run_task.request import TaskRequest

CONTENT_TYPE = "application/vnd.api+json"
HTTP_SECONDS = 30
MAX_PLAN_BYTES = 64 * 1024 * 1024
"""The gate reads no larger file."""
ATTEMPTS = 4
REDIRECTS = frozenset({301, 302, 303, 307, 308})
RETRIED = frozenset({429, 502, 503, 504})


class PlanUnavailableError(RuntimeError):
    """The plan cannot be fetched; the message says why."""


@dataclass(frozen=True)
class Evaluation:
    """How requests are evaluated.

    Attributes:
        reports: Folder of the SARIF reports.
        public_url: Address under which users reach the service; empty to send no link.
        waivers: Files of waivers.
        seconds: Time limit of the gate.
    """

    reports: Path
    public_url: str = ""
    waivers: Sequence[Path] = ()
    seconds: float = 480

    def run(self, request: TaskRequest) -> str:
        """Evaluate the plan of ``request`` and answer its callback; returns the status that was sent."""
        _send(request, body("running", "evaluating the policies"))
        try:
            content = self._evaluated(request, _fetch(request))
        except (PlanUnavailableError, requests.RequestException, OSError, ValueError) as error:
            content = body("failed", f"the plan could not be evaluated: {_reason(error)}")
        _send(request, content)
        return str(content["data"]["attributes"]["status"])

    def _evaluated(self, request: TaskRequest, plan: bytes) -> dict[str, Any]:
        name = f"{secrets.token_urlsafe(24)}.sarif"
        with tempfile.TemporaryDirectory(prefix="terraform-gate-") as folder:
            file, report, sarif = (Path(folder) / each for each in (f"{_stack(request)}.json", "_.json", "_.sarif"))
            file.write_bytes(plan)
            done = self._gate(file, report, sarif)
            if not report.exists():
                raise PlanUnavailableError(f"the gate ended with exit code {done.returncode}")
            write_atomically(self.reports / name, sarif.read_text(encoding="utf-8"))
            url = f"{self.public_url.rstrip('/')}/reports/{name}" if self.public_url else ""
            return answer(json.loads(report.read_text(encoding="utf-8")), url=url)

    def _gate(self, plan: Path, report: Path, sarif: Path) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "terraform_gate", str(plan), "--format", "json", "--output", str(report)]
        command += ["--report", f"sarif={sarif}", "--time-limit", str(self.seconds)]
        for file in self.waivers:
            command += ["--waivers", str(file)]
        limit = self.seconds + 60 if self.seconds else None
        try:
            return subprocess.run(command, capture_output=True, check=False, timeout=limit)
        except subprocess.TimeoutExpired:
            raise PlanUnavailableError(f"the gate did not end within {self.seconds:g} s") from None


def _stack(request: TaskRequest) -> str:
    """Return the name of the workspace, by which the gate calls the stack, as the name of a file."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", request.workspace)[:90] or "plan"


def _fetch(request: TaskRequest) -> bytes:
    answered = _request("GET", request.plan_url, token=request.token)
    if answered.status_code in REDIRECTS:
        location = answered.headers.get("Location", "")
        if not location.startswith("https://"):
            raise PlanUnavailableError("the plan is not at an https address")
        answered = _request("GET", location)  # a presigned address: it must not get the token
    if answered.status_code != requests.codes.ok:
        raise PlanUnavailableError(f"the server answers {answered.status_code} to the request for the plan")
    if len(answered.content) > MAX_PLAN_BYTES:
        raise PlanUnavailableError(f"the plan has more than {MAX_PLAN_BYTES >> 20} MiB")
    return answered.content


def _send(request: TaskRequest, content: dict[str, Any]) -> None:
    answered = _request("PATCH", request.callback_url, token=request.token, content=content)
    answered.raise_for_status()


def _request(method: str, url: str, *, token: str = "", content: dict[str, Any] | None = None) -> requests.Response:
    headers = {"Content-Type": CONTENT_TYPE} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = json.dumps(content) if content else None
    trusted: str | bool = os.environ.get("SSL_CERT_FILE") or True
    for attempt in range(1, ATTEMPTS + 1):
        answered = requests.request(
            method, url, headers=headers, data=data, timeout=HTTP_SECONDS, verify=trusted, allow_redirects=False
        )
        if answered.status_code not in RETRIED or attempt == ATTEMPTS:
            break
        given = answered.headers.get("Retry-After", "")
        time.sleep(min(float(given), HTTP_SECONDS) if given.isdecimal() else 0.5 * 2**attempt)
    return answered


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, PlanUnavailableError) else type(error).__name__
