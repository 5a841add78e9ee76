"""Synthesizes environments in this process and reads the Terraform JSON that ``main.py`` would write.

A test asserts attributes through :attr:`Deployment.template`, the assertion API of the harness, and follows references
between resources through :attr:`Deployment.configuration`, the model of the policies.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.reading.inputs import read
from terraform_gate.terraform_resource import Resource
from terraform_harness.assertions.matchers import compare
from terraform_harness.assertions.template import Template

from environments import Environment
from environments.load import from_data
from tests.unit.environments.cases import SMALLEST, changed

FILE = "cdk.tf.json"


def synthesize(environments: Iterable[Environment], *, out: Path) -> dict[str, Path]:
    """Write the stacks of ``environments`` below ``out`` and return the files by name of stack."""
    from modules.core.app import app
    from modules.stacks.deployment import deployments

    with app(str(out)) as synthesis:
        deployments(synthesis, environments)
    return {file.parent.name: file for file in sorted((out / "stacks").glob(f"*/{FILE}"))}


@dataclass(frozen=True)
class Deployment:
    """A synthesized environment.

    Args:
        environment: the environment.
        files: the written files, by name of stack (``dev-foundation``, ``dev-airflow``).
        stacks: the JSON documents in the files, by name of stack.
        configuration: the same documents with references between the stacks resolved.
    """

    environment: Environment
    files: Mapping[str, Path]
    stacks: Mapping[str, Mapping[str, Any]] = field(repr=False)
    configuration: Configuration = field(repr=False)

    @property
    def foundation(self) -> Mapping[str, Any]:
        return self.stacks[f"{self.environment.name}-foundation"]

    @property
    def airflow(self) -> Mapping[str, Any]:
        return self.stacks[f"{self.environment.name}-airflow"]

    @property
    def text(self) -> str:
        """The text of all files."""
        return "\n".join(file.read_text() for file in self.files.values())

    @property
    def types(self) -> set[str]:
        """Types of all managed resources."""
        return {resource.type for resource in self.configuration.resources.values() if not resource.is_data}

    @cached_property
    def template(self) -> Template:
        """The resources of both stacks, for assertions."""
        merged: dict[str, dict[str, Any]] = {}
        for document in self.stacks.values():
            for kind, items in document.get("resource", {}).items():
                assert not merged.setdefault(kind, {}).keys() & items.keys(), f"{kind}: one address in two stacks"
                merged[kind] |= items
        return Template({"resource": merged})

    def template_of(self, layer: str) -> Template:
        """The whole document of one stack, for assertions: ``bootstrap``, ``foundation`` or ``airflow``."""
        (found,) = [document for name, document in self.stacks.items() if layer in name.split("-")]
        return Template(found)

    def of(self, *types: str, **attributes: Any) -> tuple[Resource, ...]:
        """Return the resources of ``types`` that match ``attributes`` (values or matchers of the harness)."""
        return tuple(item for item in self.configuration.of_type(*types) if not compare(attributes, item.body))

    def only(self, kind: str, **attributes: Any) -> Resource:
        """Return the resource of type ``kind`` that matches ``attributes``; fail unless exactly one does."""
        self.template.count(kind, 1, **attributes)
        address = self.template.any(kind, **attributes).address
        return next(item for item in self.configuration.of_type(kind) if item.address == address)

    def resolve(self, reference: Any) -> Resource:
        """Return the resource that ``reference`` refers to; fail if there is none."""
        found = self.configuration.find(reference)
        assert found is not None, f"{reference!r} refers to no resource of {self.environment.name}"
        return found


def deployed(**changes: Any) -> Deployment:
    """Return the smallest environment with ``changes``, synthesized once in a session."""
    return deployed_data(changed(SMALLEST, changes))


def deployed_data(data: Mapping[str, Any]) -> Deployment:
    """Return the environment of plain ``data``, synthesized once in a session; written defaults make no difference."""
    environment = from_data(data, source="test")
    key = environment.model_dump_json()
    if key not in _deployed:
        _deployed[key] = built(environment)
    return _deployed[key]


_deployed: dict[str, Deployment] = {}


def built(environment: Environment) -> Deployment:
    """Synthesize ``environment`` and read it back."""
    return read_back(environment, synthesize([environment], out=Path(tempfile.mkdtemp(dir=_temporary_folder()))))


def read_back(environment: Environment, files: Mapping[str, Path]) -> Deployment:
    """Read the files of ``environment``; fail if one cannot be read."""
    inputs = read(list(files.values()))
    assert not inputs.problems, inputs.problems
    name = f"{environment.name}-airflow"
    configuration = next(item for item in inputs.configurations() if name in {stack.name for stack in item.stacks})
    stacks = {stack: json.loads(file.read_text()) for stack, file in files.items()}
    return Deployment(environment=environment, files=files, stacks=stacks, configuration=configuration)


@cache
def _temporary_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="airflow-fargate-synthesis-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
