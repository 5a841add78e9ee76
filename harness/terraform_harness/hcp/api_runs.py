"""Runs: start, read, confirm, discard, cancel."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from terraform_harness.hcp import documents
from terraform_harness.hcp.answers import data, error, listing
from terraform_harness.hcp.runner import Runner
from terraform_harness.hcp.store import Run

if TYPE_CHECKING:
    from terraform_harness.hcp.server import FakeHcp


def add(app: Blueprint, fake: FakeHcp, runner: Runner, folder: Path) -> None:
    """Add the routes of runs to ``app``; each run gets a folder below ``folder``."""
    store = fake.store

    @app.post("/api/v2/runs")
    def create() -> Response:
        body = request.get_json(force=True)["data"]
        relations = body["relationships"]
        item = store.workspaces[relations["workspace"]["data"]["id"]]
        version = store.configurations[relations["configuration-version"]["data"]["id"]]
        id_ = store.new_id("run")
        run = Run(id_, item, version, folder / id_, body.get("attributes", {}))
        store.runs[id_] = run
        threading.Thread(target=runner.execute, args=(run,), daemon=True).start()
        return data(documents.run(run), 201)

    @app.get("/api/v2/runs/<id_>")
    def read(id_: str) -> Response:
        return data(documents.run(store.runs[id_])) if id_ in store.runs else error(404, "not found")

    @app.get("/api/v2/workspaces/<id_>/runs")
    def runs(id_: str) -> Response:
        found = [run for run in store.runs.values() if run.workspace.id == id_]
        return listing([documents.run(run) for run in reversed(found)])

    @app.get("/api/v2/runs/<id_>/policy-checks")
    def policy_checks(id_: str) -> Response:
        behavior = store.runs[id_].workspace.behavior
        failed = {"status": behavior.removeprefix("policy_"), "result": {"total-failed": 1}}
        return listing([documents.document("policy-checks", f"pc-{id_}", failed)] if "policy" in behavior else [])

    @app.get("/api/v2/runs/<id_>/run-events")
    def events(id_: str) -> Response:  # noqa: ARG001
        return listing([])

    @app.post("/api/v2/runs/<id_>/actions/<action>")
    def act(id_: str, action: str) -> Response:
        run = store.runs[id_]
        allowed = {"apply": ("planned",), "discard": ("planned",), "cancel": ("plan_queued", "planning")}
        if run.status not in allowed.get(action, ()):
            return error(409, f"the run is {run.status}: transition not allowed")
        run.status = {"apply": "apply_queued", "discard": "discarded", "cancel": "canceled"}[action]
        run.confirmed.set()
        return Response(status=202)
