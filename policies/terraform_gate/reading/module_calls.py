"""Reads the modules that a configuration calls: local folders, and those that ``terraform init`` downloaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from terraform_gate.reading.hcl_file import read_hcl
from terraform_gate.reading.json_file import UnreadableError, read_json, why_not_opened
from terraform_gate.reading.terraform_root import TerraformRoot, root_of

_MOST_LEVELS = 20
_NOT_FOUND = "the module's source is not here. Fix: terraform init, or give the plan with --plan"


@dataclass
class ModuleReader:
    """Reads modules; each folder is read once.

    Attributes:
        unread: Name of the stack, place and reason of each call whose module could not be read.
    """

    unread: list[tuple[str, str, str]] = field(default_factory=list)
    _read: dict[Path, TerraformRoot] = field(default_factory=dict)

    def called(self, folders: Mapping[Path, Mapping[Path, Any]]) -> set[Path]:
        """List the folders that a module block in any of ``folders`` names as its source."""
        found = {
            (folder / source).resolve()
            for folder, documents in folders.items()
            for document in documents.values()
            for source in _sources(document)
            if _is_local(source)
        }
        return {
            folder for folder in folders if folder.resolve() in found and not _calls_itself(folder, folders[folder])
        }

    def modules_of(self, root: TerraformRoot) -> dict[str, TerraformRoot]:
        """Read the modules that a root calls, and those that these call.

        Returns:
            The modules by the label of their block, without those that could not be read.
        """
        folder = root.files[0].parent
        return self._modules(root, stack=root.name, path=(), downloaded=_downloaded(folder))

    def _modules(
        self, caller: TerraformRoot, *, stack: str, path: tuple[str, ...], downloaded: Mapping[str, Path]
    ) -> dict[str, TerraformRoot]:
        found = {}
        for label, call in caller.blocks.get("module", {}).items():
            here = (*path, label)
            try:
                module = self._module(caller, call, downloaded.get(".".join(here)), depth=len(here))
            except UnreadableError as error:
                file, line = caller.positions.get(f"module.{label}", (caller.files[0], 1))
                where = ".".join(f"module.{name}" for name in here)
                self.unread.append((stack, f"{file}:{line}: {where}", error.reason))
                continue
            found[label] = replace(module, modules=self._modules(module, stack=stack, path=here, downloaded=downloaded))
        return found

    def _module(
        self, caller: TerraformRoot, call: Mapping[str, Any], downloaded: Path | None, *, depth: int
    ) -> TerraformRoot:
        source = call.get("source")
        here = caller.files[0].parent
        if downloaded is None and not (isinstance(source, str) and _is_local(source)):
            raise UnreadableError(here, f"{_NOT_FOUND} (source {source!r})")
        folder = downloaded or here / str(source)
        if depth > _MOST_LEVELS:
            raise UnreadableError(folder, "modules call each other in a circle, or in more than 20 levels")
        if folder.resolve() not in self._read:
            self._read[folder.resolve()] = _module_root(folder)
        return self._read[folder.resolve()]


def _module_root(folder: Path) -> TerraformRoot:
    try:
        files = sorted(file for file in folder.iterdir() if file.name.endswith((".tf", ".tf.json")))
    except OSError as error:
        raise UnreadableError(folder, f"{folder}: {why_not_opened(folder, error)}") from error
    if not files:
        raise UnreadableError(folder, f"{folder}: no Terraform files (*.tf, *.tf.json)")
    documents: dict[Path, Mapping[str, Any]] = {}
    lines: dict[Path, Mapping[str, int]] = {}
    for file in files:
        if file.suffix == ".tf":
            documents[file], lines[file] = read_hcl(file)
        else:
            document = read_json(file)
            if not isinstance(document, Mapping):
                raise UnreadableError(file, "not Terraform JSON")
            documents[file] = document
    return root_of(folder.name, documents, documents.values(), lines=lines)


def _is_local(source: str) -> bool:
    return source.startswith(("./", "../"))


def _sources(document: Mapping[str, Any]) -> Iterator[str]:
    calls = document.get("module")
    for item in calls if isinstance(calls, list) else [calls]:
        for call in item.values() if isinstance(item, Mapping) else ():
            if isinstance(call, Mapping) and isinstance(call.get("source"), str):
                yield call["source"]


def _calls_itself(folder: Path, documents: Mapping[Path, Any]) -> bool:
    here = folder.resolve()
    sources = (source for document in documents.values() for source in _sources(document) if _is_local(source))
    return any((folder / source).resolve() == here for source in sources)


def _downloaded(folder: Path) -> dict[str, Path]:
    """Map ``vpc.subnets`` (the labels of nested calls) to the folder where ``terraform init`` put the module."""
    try:
        manifest = read_json(folder / ".terraform" / "modules" / "modules.json")
        return {item["Key"]: folder / item["Dir"] for item in manifest["Modules"] if item["Key"]}
    except (UnreadableError, KeyError, TypeError):
        return {}
