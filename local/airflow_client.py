"""A client of Airflow's REST API that tries several api-servers, as a load balancer would."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

TIMEOUT_SECONDS = 30
FINAL = {"success", "failed"}


class AirflowError(RuntimeError):
    """Raised when Airflow answers with an error, or an expected state is not reached in time."""


def _check_deadline(deadline: float, message: str) -> None:
    if time.monotonic() >= deadline:
        raise AirflowError(message)


class Server(Protocol):
    """An api-server, or a load balancer in front of api-servers."""

    def published(self) -> str:
        """The server's address, reachable from this machine."""


@dataclass(kw_only=True)
class Client:
    """Calls the REST API as the user ``admin``.

    Args:
        servers: the current api-servers. A call tries the next server when one does not answer.
        password: password of the user ``admin``.
        timeout: seconds to wait for one answer.
    """

    servers: Callable[[], Sequence[Server]]
    password: str
    timeout: float = TIMEOUT_SECONDS
    _token: str = field(default="", repr=False)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, *, within: float = 90) -> Any:
        """Call the API and return the parsed answer.

        Args:
            path: path below ``/api/v2/``.
            within: seconds to try until a server answers.

        Raises:
            AirflowError: no server answered in time, or a server answered with an error.
        """
        deadline = time.monotonic() + within
        while True:
            for server in self.servers():
                try:
                    return self._request(server, method, path, body)
                except (OSError, urllib.error.URLError) as error:
                    if isinstance(error, urllib.error.HTTPError) and error.code not in {401, 502, 503}:
                        raise AirflowError(f"{method} {path}: {error.code} {error.read()[:500]!r}") from error
                    self._token = ""
            _check_deadline(deadline, f"{method} {path}: no api-server answers")
            time.sleep(0.5)

    def _request(self, server: Server, method: str, path: str, body: dict[str, Any] | None) -> Any:
        address = server.published()
        if not self._token:
            login = {"username": "admin", "password": self.password}
            self._token = self._http("POST", f"{address}/auth/token", login, {})["access_token"]
        return self._http(method, f"{address}/api/v2/{path}", body, {"Authorization": f"Bearer {self._token}"})

    def _http(self, method: str, url: str, body: dict[str, Any] | None, headers: dict[str, str]) -> Any:
        return _http(method, url, body, headers, timeout=self.timeout)

    def wait_for_database(self, *, seconds: float = 120) -> None:
        """Wait until the api-server reaches its database again; raises AirflowError after ``seconds``."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.call("GET", "dags?limit=1")
            except AirflowError as error:
                _check_deadline(deadline, f"{error} after {seconds} s")
                time.sleep(1)
            else:
                return

    def wait_for_import_errors(self, count: int, *, seconds: float = 120) -> list[dict[str, Any]]:
        """Wait until ``count`` import errors are reported: a new commit is parsed file by file."""
        deadline = time.monotonic() + seconds
        while len(found := self.call("GET", "importErrors")["import_errors"]) != count:
            _check_deadline(deadline, f"{len(found)} import errors, not {count}, after {seconds} s")
            time.sleep(1)
        errors: list[dict[str, Any]] = found
        return errors

    def wait_for_dag(self, name: str, *, seconds: float = 120) -> None:
        """Wait until Airflow knows the DAG ``name``; raises AirflowError after ``seconds``."""
        deadline = time.monotonic() + seconds
        while name not in {dag["dag_id"] for dag in self.call("GET", "dags?limit=100")["dags"]}:
            _check_deadline(deadline, f"DAG {name} is unknown after {seconds} s")
            time.sleep(1)

    def trigger(self, dag: str, **conf: Any) -> str:
        """Start a run of ``dag`` and return its id."""
        run = self.call("POST", f"dags/{dag}/dagRuns", {"logical_date": None, "conf": conf})
        return str(run["dag_run_id"])

    def tasks(self, dag: str, run: str) -> list[dict[str, Any]]:
        """The task instances of a run, as the API returns them."""
        found: list[dict[str, Any]] = self.call("GET", f"dags/{dag}/dagRuns/{run}/taskInstances?limit=100")[
            "task_instances"
        ]
        return found

    def states(self, dag: str, run: str) -> list[str]:
        """The sorted states of a run's task instances."""
        return sorted(str(task["state"]) for task in self.tasks(dag, run))

    def wait_for_state(self, dag: str, run: str, state: str, *, count: int, seconds: float = 120) -> None:
        """Wait until at least ``count`` of the run's Airflow tasks are in ``state``."""
        deadline = time.monotonic() + seconds
        while (found := self.states(dag, run)).count(state) < count:
            _check_deadline(deadline, f"{dag} {run}: {found}, not {count} {state} after {seconds} s")
            time.sleep(0.5)

    def wait_until_none_is_queued(self, dag: str, run: str, *, count: int, least: int, seconds: float = 180) -> None:
        """Wait until all ``count`` Airflow tasks of the run are running or done, and at least ``least`` are running."""
        deadline = time.monotonic() + seconds
        while True:
            found = Counter(self.states(dag, run))
            if found["running"] >= least and found["running"] + found["success"] == count:
                return
            _check_deadline(
                deadline, f"{dag} {run}: {dict(found)} after {seconds} s; expected {count}, {least} of them running"
            )
            time.sleep(0.5)

    def finish(self, dag: str, run: str, *, seconds: float = 240) -> str:
        """Wait for the end of a run and return its final state."""
        deadline = time.monotonic() + seconds
        while (state := self.call("GET", f"dags/{dag}/dagRuns/{run}")["state"]) not in FINAL:
            _check_deadline(deadline, f"{dag} {run}: {state} after {seconds} s: {self.tasks(dag, run)}")
            time.sleep(1)
        return str(state)

    def log(self, dag: str, run: str, task: str, *, attempt: int = 1, index: int = -1) -> str:
        """The log of a task instance, as JSON text."""
        path = f"dags/{dag}/dagRuns/{run}/taskInstances/{task}/logs/{attempt}?map_index={index}&full_content=true"
        return json.dumps(self.call("GET", path))

    def wait_for_log(self, words: str, dag: str, run: str, task: str, *, seconds: float = 60) -> str:
        """Wait until the log contains ``words``, because the upload to S3 follows the end of the Airflow task."""
        deadline = time.monotonic() + seconds
        while words not in (text := self.log(dag, run, task)):
            _check_deadline(
                deadline, f"{dag} {run} {task}: {words!r} is not in its log after {seconds} s: {text[-2000:]}"
            )
            time.sleep(0.5)
        return text


def _http(method: str, url: str, body: dict[str, Any] | None, headers: dict[str, str], *, timeout: float) -> Any:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(  # noqa: S310 - a loopback address
        url,
        data=data,
        method=method,
        headers={**headers, "Content-Type": "application/json", "Accept": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310
        return json.load(answer)
