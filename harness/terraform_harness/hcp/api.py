"""The documented API of HCP Terraform: what Terraform's ``cloud`` block and API clients call."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, g, jsonify, request

from terraform_harness.hcp import api_configurations, api_plans, api_runs, api_states, api_tasks, api_workspaces
from terraform_harness.hcp.answers import data, error, listing
from terraform_harness.hcp.documents import document
from terraform_harness.hcp.runner import Runner

if TYPE_CHECKING:
    from terraform_harness.hcp.server import FakeHcp

NEVER_SECONDS = 60
ENTITLEMENTS = ("operations", "private-module-registry", "sentinel", "run-tasks", "state-storage", "teams", "agents")
PUBLIC = ("/.well-known/", "/_archivist/", "/_logs/")
"""Paths without a token: presigned addresses, and the discovery of services."""


def application(fake: FakeHcp, runner: Runner, folder: Path) -> Flask:
    """Return the WSGI application.

    Args:
        fake: The server that it belongs to.
        runner: Executes runs.
        folder: Where each run gets a folder.
    """
    app = Flask("fake-hcp")
    app.url_map.strict_slashes = False
    app.before_request(lambda: _faulty(fake) or _rejected(fake))
    app.register_error_handler(404, lambda _error: error(404, "not found"))
    store = fake.store

    @app.get("/.well-known/terraform.json")
    def discovery() -> Response:
        base = "/api/v2/"
        return jsonify({"tfe.v2": base, "tfe.v2.1": base, "tfe.v2.2": base, "state.v2": base})

    @app.get("/api/v2/ping")
    def ping() -> Response:
        headers = {"TFP-API-Version": "2.6", "TFP-AppName": "HCP Terraform", "X-RateLimit-Limit": "30"}
        return Response(status=204, headers=headers)

    @app.get("/api/v2/account/details")
    def account() -> Response:
        return data(document("users", "user-1", {"username": "tester"}))

    @app.get("/api/v2/organizations/<name>")
    def organization(name: str) -> Response:
        return data(document("organizations", name, {"name": name, "permissions": {"can-create-workspace": True}}))

    @app.get("/api/v2/organizations/<name>/entitlement-set")
    def entitlements(name: str) -> Response:
        return data(document("entitlement-sets", f"org-{name}", dict.fromkeys(ENTITLEMENTS, True)))

    @app.get("/api/v2/organizations/<name>/projects")
    def projects(name: str) -> Response:  # noqa: ARG001
        wanted = request.args.get("filter[names]")
        found = {title: id_ for title, id_ in store.projects.items() if wanted in (None, title)}
        return listing([document("projects", id_, {"name": title}) for title, id_ in found.items()])

    names = ("workspaces", "configurations", "runs", "plans", "tasks", "states")
    parts = {name: Blueprint(name, __name__) for name in names}
    api_workspaces.add(parts["workspaces"], fake)
    api_configurations.add(parts["configurations"], fake)
    api_runs.add(parts["runs"], fake, runner, folder)
    api_plans.add(parts["plans"], fake)
    api_tasks.add(parts["tasks"], fake)
    api_states.add(parts["states"], fake)
    for part in parts.values():
        app.register_blueprint(part)
    return app


def _faulty(fake: FakeHcp) -> Response | None:
    fault = fake.fault_of(f"{request.method} {request.path}")
    if fault is None:
        return None
    if fault.status == 0:
        time.sleep(NEVER_SECONDS)
    answer = error(fault.status or 504, "fault of the test")
    answer.headers.update(fault.headers)
    return answer


def _rejected(fake: FakeHcp) -> Response | None:
    """Reject a missing or unknown token with 401, and another organization's with 404, as HCP Terraform does."""
    if request.path.startswith(PUBLIC):
        return None
    caller = fake.store.callers.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if caller is None:
        return error(401, "unauthorized")
    g.caller = caller
    named = (request.view_args or {}).get("name", caller.organization) if "/organizations/" in request.path else None
    if caller.organization != fake.organization or (named and named != fake.organization):
        return None if request.path.endswith(("/ping", "/account/details")) else error(404, "not found")
    return None
