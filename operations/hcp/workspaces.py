"""Creates or finds the workspaces of an environment, and sets what their runs need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytfe.errors import NotFound
from pytfe.models import Workspace as TfeWorkspace
from pytfe.models.workspace import WorkspaceAddRemoteStateConsumersOptions

from environments import Environment
from environments.facts.stacks import LAYERS
from operations.errors import PreconditionError
from operations.hcp.connection import Connection
from operations.hcp.errors import hcp_errors
from operations.progress import say

OLDEST_TERRAFORM = (1, 11)
REMOTE_MODES = ("remote", "agent")


@dataclass(frozen=True)
class Workspace:
    """A workspace of the environment."""

    id: str
    name: str
    attributes: dict[str, Any]

    @property
    def repository(self) -> str:
        """The connected VCS repository, or an empty string."""
        return str((self.attributes.get("vcs-repo") or {}).get("identifier", ""))


def ensure(connection: Connection, environment: Environment, *, terraform_version: str) -> dict[str, Workspace]:
    """Create the missing workspaces of ``environment``, correct the others, and share the state between them.

    Args:
        connection: the organization.
        environment: each of its stacks has a workspace with the stack's name.
        terraform_version: version for new workspaces.

    Returns:
        The workspaces by layer.

    Raises:
        PreconditionError: the project does not exist.
    """
    project = _project(connection, environment.state.project)
    found = {}
    for layer in LAYERS:
        name = environment.names.stack(layer)
        workspace = find(connection, name)
        if workspace is None:
            settings = _settings(environment, layer, terraform_version, project)
            workspace = _write(
                connection, "POST", f"organizations/{connection.organization}/workspaces", name, settings
            )
            say(f"{name}: workspace created")
        else:
            _correct(connection, workspace, terraform_version)
        found[layer] = workspace
    _share_states(connection, found)
    return found


def find(connection: Connection, name: str) -> Workspace | None:
    """The workspace ``name``, or None."""
    with hcp_errors(connection.host):
        path = f"/api/v2/organizations/{connection.organization}/workspaces/{name}"
        try:
            data = connection.client.workspaces.t.request("GET", path).json()["data"]
        except NotFound:
            return None
    return Workspace(data["id"], name, data["attributes"])


def _project(connection: Connection, name: str | None) -> str | None:
    if not name:
        return None
    path = f"organizations/{connection.organization}/projects"
    for item in connection.request("GET", path, params={"filter[names]": name})["data"]:
        if item["attributes"]["name"] == name:
            return str(item["id"])
    raise PreconditionError(
        f"state.project: organization {connection.organization} has no project {name!r} that the token may "
        "see. Fix: create it, or correct the name"
    )


def _settings(environment: Environment, layer: str, version: str, project: str | None) -> dict[str, Any]:
    tags = {"environment": environment.name, "stack": layer, "source": "airflow-fargate"}
    bindings = [{"type": "tag-bindings", "attributes": {"key": key, "value": value}} for key, value in tags.items()]
    relations: dict[str, Any] = {"tag-bindings": {"data": bindings}}
    if project:
        relations["project"] = {"data": {"type": "projects", "id": project}}
    attributes = {
        "description": f"Stack {layer} of the Airflow environment {environment.name}",
        "execution-mode": "remote",
        "terraform-version": version,
        "global-remote-state": False,
        "auto-apply": False,
        "queue-all-runs": False,
        "source-name": "airflow-fargate",
    }
    return {"attributes": attributes, "relationships": relations}


def _correct(connection: Connection, workspace: Workspace, version: str) -> None:
    """Change only settings with which no run can work."""
    wrong = dict(_wrong_settings(workspace, version))
    if wrong:
        _write(connection, "PATCH", f"workspaces/{workspace.id}", workspace.name, {"attributes": wrong})
    for name, value in wrong.items():
        say(f"{workspace.name}: {name} changed from {workspace.attributes.get(name)} to {value}")


def _wrong_settings(workspace: Workspace, version: str) -> Iterator[tuple[str, str]]:
    if workspace.attributes.get("execution-mode") not in REMOTE_MODES:
        yield "execution-mode", "remote"
    numbers = str(workspace.attributes.get("terraform-version", "")).split(".")
    if all(part.isdigit() for part in numbers[:2]) and tuple(map(int, numbers[:2])) < OLDEST_TERRAFORM:
        yield "terraform-version", version


def _write(connection: Connection, method: str, path: str, name: str, content: dict[str, Any]) -> Workspace:
    # pytfe 1.5 adds an empty vcs-repo to every request, which is not meant here.
    attributes = content["attributes"] | ({"name": name} if method == "POST" else {})
    body = {"data": {"type": "workspaces", **content, "attributes": attributes}}
    data = connection.request(method, path, body)["data"]
    return Workspace(data["id"], name, data["attributes"])


def _share_states(connection: Connection, workspaces: dict[str, Workspace]) -> None:
    """Let each stack read the states of the stacks below it."""
    for position, layer in enumerate(LAYERS[:-1]):
        if workspaces[layer].attributes.get("global-remote-state"):
            continue
        readers = [TfeWorkspace(id=workspaces[above].id) for above in LAYERS[position + 1 :]]
        with hcp_errors(connection.host):
            options = WorkspaceAddRemoteStateConsumersOptions(workspaces=readers)
            connection.client.workspaces.add_remote_state_consumers(workspaces[layer].id, options)
