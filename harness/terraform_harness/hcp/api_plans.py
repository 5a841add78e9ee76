"""Plans, applies and their logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from terraform_harness.hcp import documents
from terraform_harness.hcp.answers import data, error

if TYPE_CHECKING:
    from terraform_harness.hcp.server import FakeHcp


def add(app: Blueprint, fake: FakeHcp) -> None:
    """Add the routes of plans and applies to ``app``."""
    store = fake.store

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
