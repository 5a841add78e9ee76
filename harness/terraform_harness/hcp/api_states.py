"""State versions: Terraform with local execution writes them, other workspaces read them if they may."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, request

from terraform_harness.hcp.answers import data, error, listing
from terraform_harness.hcp.documents import Document, document
from terraform_harness.hcp.store import Workspace

if TYPE_CHECKING:
    from terraform_harness.hcp.server import FakeHcp


def add(app: Blueprint, fake: FakeHcp) -> None:
    """Add the routes of state versions to ``app``."""
    store = fake.store

    def shown(item: Workspace, number: int) -> Document:
        id_ = f"sv-{item.id}-{number}"
        attributes = {
            "serial": json.loads(item.states[number]).get("serial", 0),
            "status": "finalized",
            "hosted-state-download-url": f"{fake.address}/_archivist/state/{id_}",
            "resources-processed": True,
        }
        return document("state-versions", id_, attributes, workspace=("workspaces", item.id))

    @app.get("/api/v2/workspaces/<id_>/current-state-version")
    def current(id_: str) -> Response:
        item = store.workspaces.get(id_)
        if item is None or not item.states or not _may_read(item):
            return error(404, "not found")
        return data(shown(item, len(item.states) - 1))

    @app.get("/api/v2/workspaces/<id_>/current-state-version-outputs")
    def outputs(id_: str) -> Response:
        item = store.workspaces[id_]
        found = json.loads(item.states[-1]).get("outputs", {}) if item.states and _may_read(item) else {}
        return listing(
            [
                document("state-version-outputs", f"wsout-{name}", _output(name, output))
                for name, output in found.items()
            ]
        )

    @app.post("/api/v2/workspaces/<id_>/state-versions")
    def create(id_: str) -> Response:
        item, attributes = store.workspaces[id_], request.get_json(force=True)["data"]["attributes"]
        if not attributes.get("state"):
            return error(422, "this server needs the attribute state")
        item.states.append(base64.b64decode(attributes["state"]))
        return data(shown(item, len(item.states) - 1), 201)

    @app.get("/_archivist/state/sv-<workspace>-<int:number>")
    def download(workspace: str, number: int) -> Response:
        return Response(store.workspaces[workspace].states[number], mimetype="application/json")


def _output(name: str, output: Document) -> Document:
    sensitive, type_ = bool(output.get("sensitive")), output.get("type")
    return {"name": name, "value": output["value"], "sensitive": sensitive, "type": type_, "detailed-type": type_}


def _may_read(item: Workspace) -> bool:
    """Tell whether the caller may read the state: users may, a run only if its workspace is a consumer."""
    run = g.caller.run
    shared = item.attributes.get("global-remote-state")
    return run is None or run.workspace is item or bool(shared) or run.workspace.id in item.consumers
