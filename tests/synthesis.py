"""Environments synthesized in this process, read back as policies read them.

Tests see the Terraform JSON that ``main.py`` would write and nothing of the constructs behind it.
"""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.reading.inputs import read
from terraform_gate.terraform_resource import Resource

from environments import Environment
from environments.load import from_data
from tests.unit.environments.cases import SMALLEST, changed

FILE = "cdk.tf.json"


def synthesize(environments: Iterable[Environment], *, out: Path) -> dict[str, Path]:
    """Write the stacks of ``environments`` below ``out``; the files by name of stack."""
    from modules.core.app import app
    from modules.stacks.deployment import deployments

    with app(str(out)) as synthesis:
        deployments(synthesis, environments)
    return {file.parent.name: file for file in sorted((out / "stacks").glob(f"*/{FILE}"))}


@dataclass(frozen=True)
class Deployment:
    """One synthesized environment.

    Args:
        stacks: the JSON documents as written, by name of stack (``dev-foundation``, ``dev-airflow``).
        configuration: the same with references between the stacks resolved.
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
        """Everything that was written, as one text to search."""
        return "\n".join(file.read_text() for file in self.files.values())

    @property
    def types(self) -> set[str]:
        """Types of all resources."""
        return {resource.type for resource in self.configuration.resources.values() if not resource.is_data}

    def of(self, *types: str, **arguments: Any) -> tuple[Resource, ...]:
        """Resources of these types whose arguments are equal to ``arguments``."""
        return tuple(item for item in self.configuration.of_type(*types) if _matches(item, arguments))

    def only(self, kind: str, **arguments: Any) -> Resource:
        """The one resource of a type with these arguments; fails the test, naming all there are, when it is not one."""
        found = self.of(kind, **arguments)
        there = [f"{item.address} {_shown(item, arguments)}" for item in self.of(kind)]
        assert len(found) == 1, f"{len(found)} of {kind} with {arguments}, expected 1; there are {there}"
        return found[0]

    def named(self, reference: Any) -> Resource:
        """The resource that ``reference`` means. Fails the test when it means none of ours."""
        found = self.configuration.find(reference)
        assert found is not None, f"{reference!r} is no reference to a resource of {self.environment.name}"
        return found


def _matches(resource: Resource, arguments: Mapping[str, Any]) -> bool:
    return all(resource.body.get(name) == value for name, value in arguments.items())


def _shown(resource: Resource, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: resource.body.get(name) for name in arguments}


def deployed(**changes: Any) -> Deployment:
    """The smallest environment with ``changes`` laid over it, synthesized once in a session."""
    return deployed_data(changed(SMALLEST, changes))


def deployed_data(data: Mapping[str, Any]) -> Deployment:
    """The environment of plain ``data``, synthesized once in a session, however its defaults are written."""
    environment = from_data(data, source="test")
    key = environment.model_dump_json()
    if key not in _deployed:
        _deployed[key] = built(environment)
    return _deployed[key]


_deployed: dict[str, Deployment] = {}


def built(environment: Environment) -> Deployment:
    """``environment`` synthesized and read back."""
    return read_back(environment, synthesize([environment], out=Path(tempfile.mkdtemp(dir=_scratch()))))


def read_back(environment: Environment, files: Mapping[str, Path]) -> Deployment:
    """What was written for ``environment``; fails the test when a file could not be read."""
    inputs = read(list(files.values()))
    assert not inputs.problems, inputs.problems
    name = f"{environment.name}-airflow"
    configuration = next(one for one in inputs.configurations() if name in {stack.name for stack in one.stacks})
    stacks = {stack: json.loads(file.read_text()) for stack, file in files.items()}
    return Deployment(environment=environment, files=files, stacks=stacks, configuration=configuration)


@cache
def _scratch() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="airflow-fargate-synthesis-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
