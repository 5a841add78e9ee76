"""Resources of the API as JSON:API documents."""

from __future__ import annotations

from typing import Any

from terraform_harness.hcp.store import Configuration, Run, TaskResult, Workspace

Document = dict[str, Any]
PLAN_DONE = {"errored": "errored", "canceled": "canceled", "pending": "pending", "plan_queued": "queued"}


def document(kind: str, id_: str, attributes: Document, **relations: Any) -> Document:
    """Return one resource; relations are given as ``(type, id)``, a list of these, or None."""
    related = {name.replace("_", "-"): {"data": _reference(value)} for name, value in relations.items()}
    return {"id": id_, "type": kind, "attributes": attributes, "relationships": related}


def _reference(value: Any) -> Any:
    if isinstance(value, list):
        return [_reference(item) for item in value]
    return {"type": value[0], "id": value[1]} if value else None


def workspace(item: Workspace, organization: str) -> Document:
    """Return a workspace."""
    allowed = ("can-update", "can-queue-run", "can-lock", "can-unlock", "can-read-state-versions", "can-queue-apply")
    attributes = {
        "name": item.name,
        "locked": bool(item.locked_by),
        "operations": item.attributes.get("execution-mode") != "local",
        "permissions": dict.fromkeys((*allowed, "can-queue-destroy", "can-create-state-versions"), True),
        "actions": {"is-destroyable": True},
        "structured-run-output-enabled": False,
        "tag-names": [],
        **item.attributes,
    }
    return document(
        "workspaces",
        item.id,
        attributes,
        organization=("organizations", organization),
        project=("projects", item.project),
        current_run=None,
    )


def configuration(item: Configuration, address: str) -> Document:
    """Return a configuration version, with the address for the upload while it is pending."""
    status = "uploaded" if item.archive else "pending"
    attributes: Document = {"status": status, "speculative": item.speculative, "auto-queue-runs": False, "error": None}
    if not item.archive:
        attributes["upload-url"] = f"{address}/_archivist/{item.id}"
    return document("configuration-versions", item.id, attributes)


def run(item: Run) -> Document:
    """Return a run."""
    attributes = {
        "status": item.status,
        "message": item.attributes.get("message", ""),
        "is-destroy": bool(item.attributes.get("is-destroy")),
        "plan-only": item.plan_only,
        "has-changes": item.has_changes,
        "auto-apply": False,
        "created-at": "2026-01-01T00:00:00Z",
        "position-in-queue": 3 if item.status == "plan_queued" else 0,
        "source": "tfe-api",
        "terraform-version": item.workspace.attributes.get("terraform-version"),
        "actions": {
            "is-cancelable": item.status in ("pending", "plan_queued", "planning", "applying"),
            "is-confirmable": item.status == "planned",
            "is-discardable": item.status == "planned",
            "is-force-cancelable": False,
        },
        "permissions": dict.fromkeys(
            ("can-apply", "can-cancel", "can-discard", "can-force-cancel", "can-force-execute"), True
        ),
        "status-timestamps": {},
    }
    return document(
        "runs",
        item.id,
        attributes,
        plan=("plans", f"plan-{item.id}"),
        apply=("applies", f"apply-{item.id}"),
        workspace=("workspaces", item.workspace.id),
        configuration_version=("configuration-versions", item.configuration.id),
        policy_checks=[],
        task_stages=[("task-stages", f"ts-{item.id}")] if item.results else [],
    )


def plan(item: Run, address: str) -> Document:
    """Return the plan of a run."""
    finished = item.plan_log.endswith(b"\x03")
    status = "running" if item.plan_log and not finished else PLAN_DONE.get(item.status, "finished")
    attributes = {
        "status": status,
        "has-changes": item.has_changes,
        "log-read-url": f"{address}/_logs/{item.id}/plan",
        "resource-additions": 0,
        "resource-changes": 0,
        "resource-destructions": 0,
    }
    return document("plans", f"plan-{item.id}", attributes)


def apply(item: Run, address: str) -> Document:
    """Return the apply of a run."""
    known = {"applied": "finished", "errored": "errored", "applying": "running"}
    attributes = {"status": known.get(item.status, "pending"), "log-read-url": f"{address}/_logs/{item.id}/apply"}
    return document("applies", f"apply-{item.id}", attributes)


def task_result(item: TaskResult, name: str) -> Document:
    """Return the answer of a run task."""
    attributes = {
        "task-id": item.task,
        "task-name": name,
        "status": item.status,
        "message": item.message,
        "url": item.url,
        "workspace-task-enforcement-level": item.enforcement,
    }
    return document("task-results", item.id, attributes)
