"""Workspaces: create, find, update, tags, lock, remote-state sharing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from terraform_harness.hcp import documents
from terraform_harness.hcp.answers import data, error, listing
from terraform_harness.hcp.store import Workspace

if TYPE_CHECKING:
    from terraform_harness.hcp.server import FakeHcp

DEFAULTS = {
    "execution-mode": "remote",
    "terraform-version": "1.11.4",
    "global-remote-state": False,
    "auto-apply": False,
    "speculative-enabled": True,
    "queue-all-runs": False,
}


def add(app: Blueprint, fake: FakeHcp) -> None:
    """Add the routes of workspaces to ``app``."""
    store = fake.store

    def shown(item: Workspace | None, status: int = 200) -> Response:
        return data(documents.workspace(item, fake.organization), status) if item else error(404, "not found")

    def changed(item: Workspace | None) -> Response:
        body = (request.get_json(force=True, silent=True) or {}).get("data", {})
        if item is not None:
            _update(item, body)
        return shown(item)

    @app.get("/api/v2/organizations/<name>/workspaces")
    def workspaces(name: str) -> Response:
        wanted = request.args.get("search[name]", "")
        found = [item for item in store.workspaces.values() if wanted in item.name]
        return listing([documents.workspace(item, name) for item in found])

    @app.post("/api/v2/organizations/<name>/workspaces")
    def create(name: str) -> Response:  # noqa: ARG001
        body = request.get_json(force=True)["data"]
        title = body["attributes"].pop("name")
        if store.workspace_called(title):
            return error(422, "Name has already been taken")
        item = Workspace(store.new_id("ws"), title, dict(DEFAULTS))
        _update(item, body)
        store.workspaces[item.id] = item
        return shown(item, 201)

    @app.get("/api/v2/organizations/<name>/workspaces/<workspace>")
    def read(name: str, workspace: str) -> Response:  # noqa: ARG001
        return shown(store.workspace_called(workspace))

    @app.patch("/api/v2/organizations/<name>/workspaces/<workspace>")
    def update(name: str, workspace: str) -> Response:  # noqa: ARG001
        return changed(store.workspace_called(workspace))

    @app.get("/api/v2/workspaces/<id_>")
    def read_by_id(id_: str) -> Response:
        return shown(store.workspaces.get(id_))

    @app.patch("/api/v2/workspaces/<id_>")
    def update_by_id(id_: str) -> Response:
        return changed(store.workspaces.get(id_))

    @app.post("/api/v2/workspaces/<id_>/actions/lock")
    def lock(id_: str) -> Response:
        item = store.workspaces[id_]
        if item.locked_by:
            return error(409, "workspace already locked")
        item.locked_by = "user-1"
        return shown(item)

    @app.post("/api/v2/workspaces/<id_>/actions/unlock")
    def unlock(id_: str) -> Response:
        store.workspaces[id_].locked_by = ""
        return shown(store.workspaces[id_])

    @app.route("/api/v2/workspaces/<id_>/tag-bindings", methods=["GET", "PATCH"])
    def tags(id_: str) -> Response:
        item = store.workspaces[id_]
        if request.method == "PATCH":
            item.tags |= _bindings(request.get_json(force=True)["data"])
        return listing(
            [documents.document("tag-bindings", key, {"key": key, "value": value}) for key, value in item.tags.items()]
        )

    @app.route("/api/v2/workspaces/<id_>/relationships/remote-state-consumers", methods=["GET", "POST", "PATCH"])
    def consumers(id_: str) -> Response:
        item = store.workspaces[id_]
        if request.method == "GET":
            return listing(
                [documents.workspace(store.workspaces[x], fake.organization) for x in sorted(item.consumers)]
            )
        given = {entry["id"] for entry in request.get_json(force=True)["data"]}
        item.consumers = given if request.method == "PATCH" else item.consumers | given
        return Response(status=204)


def _update(item: Workspace, body: dict[str, Any]) -> None:
    attributes = dict(body.get("attributes", {}))
    item.name = attributes.pop("name", item.name)
    attributes.pop("type", None)
    item.attributes |= {key: value for key, value in attributes.items() if value not in ({}, None)}
    relations = body.get("relationships", {})
    item.project = (relations.get("project", {}).get("data") or {}).get("id", item.project)
    item.tags |= _bindings(relations.get("tag-bindings", {}).get("data", []))


def _bindings(given: list[dict[str, Any]]) -> dict[str, str]:
    return {entry["attributes"]["key"]: entry["attributes"].get("value", "") for entry in given}
