"""Matches ``terraform_remote_state`` data sources with the backends of other roots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from terraform_gate.reading.expression import is_known
from terraform_gate.reading.terraform_root import TerraformRoot

_IDENTITY = {
    "s3": ("bucket", "key", "workspace_key_prefix"),
    "local": ("path",),
    "remote": ("organization", "workspaces"),
    "gcs": ("bucket", "prefix"),
    "azurerm": ("storage_account_name", "container_name", "key"),
}


class RemoteStates:
    """Resolves the ``terraform_remote_state`` data sources of several roots."""

    def __init__(self, roots: Sequence[TerraformRoot]) -> None:
        """Index the roots by backend; no data source resolves to a backend that two roots share."""
        self._roots = roots
        self._by_backend: dict[str, list[TerraformRoot]] = {}
        for root in roots:
            if identity := _identity(*backend_of(root)):
                self._by_backend.setdefault(identity, []).append(root)

    def target(self, root: TerraformRoot, label: str) -> TerraformRoot:
        """Return the root whose outputs ``data.terraform_remote_state.<label>`` of ``root`` reads.

        Raises:
            LookupError: No root has that backend, or several have it.
        """
        body = root.blocks.get("data", {}).get("terraform_remote_state", {})[label]
        found = self._by_backend.get(_identity(body.get("backend"), _single(body.get("config"))) or "", [])
        found = [other for other in found if other is not root]  # a stack does not read its own outputs
        if len(found) != 1:
            raise LookupError(label)
        return found[0]

    def groups(self) -> list[list[TerraformRoot]]:
        """Group the roots that read each other's state, directly or not, in the given order."""
        group_of = {root.name: {root.name} for root in self._roots}
        for root in self._roots:
            for label in root.blocks.get("data", {}).get("terraform_remote_state", {}):
                try:
                    joined = group_of[root.name] | group_of[self.target(root, label).name]
                except LookupError:
                    continue
                group_of |= dict.fromkeys(joined, joined)
        distinct = {frozenset(names): None for names in group_of.values()}
        return [[root for root in self._roots if root.name in names] for names in distinct]


def backend_of(root: TerraformRoot) -> tuple[Any, Any]:
    """Return the type and the settings of a root's backend; None and None if it has no backend."""
    terraform = root.blocks.get("terraform", {})
    if "cloud" in terraform:
        return "remote", _single(terraform["cloud"])
    backend = _single(terraform.get("backend"))
    kind = next((key for key in backend if key != "//"), None) if isinstance(backend, Mapping) else None
    return kind, _single(backend[kind]) if kind else None


def _identity(kind: Any, config: Any) -> str | None:
    if kind not in _IDENTITY or not isinstance(config, Mapping):
        return None
    settings = {name: _single(config[name]) for name in _IDENTITY[kind] if config.get(name) is not None}
    if isinstance(workspaces := settings.get("workspaces"), Mapping):
        settings["workspaces"] = workspaces.get("name")
    return repr((kind, sorted(settings.items()))) if settings and is_known(settings) else None


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value
