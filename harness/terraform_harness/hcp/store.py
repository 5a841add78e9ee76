"""The objects of the fake server: workspaces, configuration versions, runs, states, run tasks."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Workspace:
    """A workspace. ``behavior`` lets its runs end as a test needs it; empty: as Terraform ends.

    Attributes:
        consumers: Ids of the workspaces that may read its state.
        states: Contents of the state versions, oldest first.
        tasks: Ids of the run tasks that run after each plan, with their enforcement level.
        behavior: ``stay_queued``, ``policy_soft_failed``, ``policy_hard_failed``,
            ``discarded`` or empty.
    """

    id: str
    name: str
    attributes: dict[str, Any]
    project: str = "prj-default"
    locked_by: str = ""
    consumers: set[str] = field(default_factory=set)
    states: list[bytes] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    behavior: str = ""


@dataclass
class Configuration:
    """A configuration version: ``archive`` is empty until it is uploaded."""

    id: str
    workspace: Workspace
    speculative: bool
    archive: bytes = b""


@dataclass
class TaskResult:
    """What a run task answered."""

    id: str
    task: str
    token: str
    enforcement: str
    status: str = "pending"
    message: str = ""
    url: str = ""
    outcomes: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Run:
    """A run. ``plan_log`` and ``apply_log`` grow while Terraform runs."""

    id: str
    workspace: Workspace
    configuration: Configuration
    folder: Path
    attributes: dict[str, Any]
    status: str = "pending"
    plan_log: bytes = b""
    apply_log: bytes = b""
    plan_json: bytes = b""
    results: list[TaskResult] = field(default_factory=list)
    confirmed: threading.Event = field(default_factory=threading.Event)
    has_changes: bool = False

    @property
    def plan_only(self) -> bool:
        """Whether the run ends after the plan."""
        return bool(self.attributes.get("plan-only")) or self.configuration.speculative


@dataclass
class Caller:
    """Who a token belongs to: a user of an organization, or a run in a workspace."""

    organization: str
    run: Run | None = None


@dataclass
class Store:
    """Everything of one organization."""

    organization: str
    callers: dict[str, Caller] = field(default_factory=dict)
    projects: dict[str, str] = field(default_factory=lambda: {"Default Project": "prj-default"})
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    configurations: dict[str, Configuration] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    results: dict[str, TaskResult] = field(default_factory=dict)
    _numbers: Any = field(default_factory=itertools.count)

    def new_id(self, prefix: str) -> str:
        """Return an id in the form of HCP Terraform: ``ws-`` and 16 characters."""
        return f"{prefix}-{next(self._numbers):016d}"

    def workspace_called(self, name: str) -> Workspace | None:
        """Return the workspace ``name``, or None."""
        return next((item for item in self.workspaces.values() if item.name == name), None)
