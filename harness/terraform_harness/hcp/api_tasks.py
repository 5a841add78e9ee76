"""The results of run tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from terraform_harness.hcp import documents
from terraform_harness.hcp.answers import data, error, listing

if TYPE_CHECKING:
    from terraform_harness.hcp.server import FakeHcp


def add(app: Blueprint, fake: FakeHcp) -> None:
    """Add the routes of run tasks to ``app``."""
    store = fake.store

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
