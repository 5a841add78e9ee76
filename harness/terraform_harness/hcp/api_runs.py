"""Configuration versions, runs, plans, applies, logs and the results of run tasks."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from terraform_harness.hcp import documents
from terraform_harness.hcp.runner import Runner
from terraform_harness.hcp.store import Configuration, Run

if TYPE_CHECKING:
    from terraform_harness.hcp.server import FakeHcp


def add(app: Blueprint, fake: FakeHcp, runner: Runner, folder: Path) -> None:  # noqa: PLR0915  a list of routes
    """Add the routes of runs to ``app``; each run gets a folder below ``folder``."""
    from terraform_harness.hcp.api import data, error, listing

    store = fake.store

    @app.post("/api/v2/workspaces/<id_>/configuration-versions")
    def configure(id_: str) -> Response:
        attributes = request.get_json(force=True)["data"].get("attributes", {})
        item = Configuration(store.new_id("cv"), store.workspaces[id_], bool(attributes.get("speculative")))
        store.configurations[item.id] = item
        return data(documents.configuration(item, fake.address), 201)

    @app.get("/api/v2/configuration-versions/<id_>")
    def configuration(id_: str) -> Response:
        return data(documents.configuration(store.configurations[id_], fake.address))

    @app.put("/_archivist/<id_>")
    def upload(id_: str) -> Response:
        store.configurations[id_].archive = request.get_data()
        return Response(status=200)

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

    @app.get("/api/v2/plans/plan-<id_>")
    def plan(id_: str) -> Response:
        return data(documents.plan(store.runs[id_], fake.address))

    @app.get("/api/v2/applies/apply-<id_>")
    def apply(id_: str) -> Response:
        return data(documents.apply(store.runs[id_], fake.address))

    @app.get("/api/v2/plans/plan-<id_>/json-output")
    def plan_json(id_: str) -> AnyResponse:
        run = store.runs.get(id_)
        if run is None or g.caller.run not in (None, run):
            return error(404, "not found")
        return redirect(f"{fake.address}/_archivist/plan/{id_}", 307) if run.plan_json else Response(status=204)

    @app.get("/_archivist/plan/<id_>")
    def stored_plan(id_: str) -> Response:
        if "Authorization" in request.headers:
            return error(400, "a presigned address must not get the token")
        return Response(store.runs[id_].plan_json, mimetype="application/json")

    @app.get("/_logs/<id_>/<phase>")
    def log(id_: str, phase: str) -> Response:
        run = store.runs[id_]
        text = run.plan_log if phase == "plan" else run.apply_log
        offset, limit = int(request.args.get("offset", 0)), int(request.args.get("limit", 65536))
        return Response(text[offset : offset + limit], mimetype="text/plain")

    @app.get("/api/v2/runs/<id_>/task-stages")
    def stages(id_: str) -> Response:
        run = store.runs[id_]
        results = [documents.task_result(item, store.tasks[item.task]["name"]) for item in run.results]
        if not results:
            return listing([])
        relation = [("task-results", item["id"]) for item in results]
        stage = documents.document(
            "task-stages", f"ts-{id_}", {"stage": "post_plan", "status": "completed"}, task_results=relation
        )
        return data([stage], included=results)

    @app.patch("/api/v2/task-results/<id_>/callback")
    def callback(id_: str) -> Response:
        result = store.results[id_]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != result.token:
            return error(401, "unauthorized")
        _record(result, request.get_json(force=True)["data"])
        return Response(status=200)


def _record(result: Any, body: dict[str, Any]) -> None:
    attributes = body["attributes"]
    result.message, result.url = attributes.get("message", ""), attributes.get("url", "")
    outcomes = body.get("relationships", {}).get("outcomes", {}).get("data", [])
    result.outcomes = [item["attributes"] for item in outcomes]
    result.status = attributes["status"]  # last: the run continues when it sees it
