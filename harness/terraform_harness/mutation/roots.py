"""Reads root modules for mutation, and writes changed ones: Terraform JSON as a document, HCL with an override file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from terraform_harness.extras import require_extra
from terraform_harness.mutation.mutant import Document
from terraform_harness.terraform import workspace

MUTANT_FILE = "mutant_override.tf.json"
"""Terraform and the gate merge it over the HCL files of the folder (*Override Files* in Terraform's documentation)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HclRoot:
    """A root module in HCL: its folder, and its resources in the shape of Terraform JSON."""

    folder: Path
    document: Document

    def write(self, changed: Document, into: Path) -> None:
        """Copy the folder into ``into`` and let Terraform read it as ``changed``."""
        copy = workspace.copy(self.folder, into=into)
        before, after = _resources(self.document), _resources(changed)
        workspace.leave_out(copy, before.keys() - after.keys())
        override: dict[str, dict[str, Mapping[str, object]]] = {}
        for address, body in after.items():
            if body != before[address]:
                type_, name = address.split(".", 1)
                override.setdefault(type_, {})[name] = _difference(before[address], body)
        if override:
            (copy / MUTANT_FILE).write_text(json.dumps({"resource": override}, indent=2))


def read(folder: Path) -> tuple[Document, HclRoot | None]:
    """Return the root module in ``folder`` as Terraform JSON; with an ``HclRoot`` when a file is HCL.

    Raises:
        WorkspaceError: The folder is no root module, or a file cannot be read.
        MissingExtra: A file is HCL, and terraform-gate, which reads HCL, is not installed.
    """
    document = workspace.read(folder)
    if workspace.is_json(folder):
        return document, None
    require_extra("policies", "terraform_gate")
    from terraform_gate.reading.hcl_file import read_hcl
    from terraform_gate.reading.json_file import UnreadableError

    for file in folder.glob("*.tf"):
        try:
            found, _ = read_hcl(file)
        except UnreadableError as error:
            raise workspace.WorkspaceError(f"{error}. Fix: run `terraform validate` in {folder}") from None
        for type_, resources in found.get("resource", {}).items():
            document["resource"][type_] |= resources
    return document, HclRoot(folder=folder, document=document)


def write(document: Document, root: HclRoot | None, *, name: str, into: Path) -> None:
    """Write the root module ``document`` as the folder ``name`` in ``into``."""
    if root is not None:
        root.write(document, into)
        return
    (into / name).mkdir()
    (into / name / workspace.STACK_FILE).write_text(json.dumps(document))


def _resources(document: Document) -> dict[str, Mapping[str, object]]:
    found = document.get("resource", {})
    return {f"{type_}.{name}": body for type_, named in found.items() for name, body in named.items()}


def _difference(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """The arguments that differ; null for one that ``after`` does not set."""
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    return changed | {name: None for name in before if name not in after}
