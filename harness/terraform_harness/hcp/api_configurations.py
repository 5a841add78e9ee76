"""Configuration versions and their archives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from terraform_harness.hcp import documents
from terraform_harness.hcp.answers import data
from terraform_harness.hcp.store import Configuration

if TYPE_CHECKING:
    from terraform_harness.hcp.server import FakeHcp


def add(app: Blueprint, fake: FakeHcp) -> None:
    """Add the routes of configuration versions to ``app``."""
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
