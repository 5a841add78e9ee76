"""Reads what a report is made from: the environment file, its Terraform JSON, plans and states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.reading.inputs import Inputs, read
from terraform_gate.reading.json_file import UnreadableError, read_json

from environments import Environment, InvalidEnvironment, load
from environments.facts.stacks import stack_names
from report.errors import ReportError, with_fix

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ROOT / "environments"
STACKS = ROOT / "cdktf.out" / "stacks"
FORMAT = "1"
"""Major version of the plan and state formats that the report reads."""
Named = tuple[str, Path]
"""Name of a stack ("" when the path names it) and a file."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """The input of a report.

    Attributes:
        environment: the environment of the file.
        file: the environment file.
        folders: the folders of the stacks that exist.
        configuration: the resources of all stacks.
        plans: documents of ``terraform show -json PLAN``, by stack.
        states: documents of ``terraform show -json``, by stack.
        plan_files: the files of the plans, by stack.
    """

    environment: Environment
    file: Path
    folders: tuple[Path, ...]
    configuration: Configuration = field(repr=False)
    plans: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    states: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    plan_files: Mapping[str, Path] = field(default_factory=dict)


def read_source(
    name: str,
    *,
    environments: Path = ENVIRONMENTS,
    stacks: Path = STACKS,
    plans: Sequence[Named] = (),
    states: Sequence[Named] = (),
) -> Source:
    """Read the environment ``name``.

    Args:
        name: name of an environment.
        environments: folder of the environment files.
        stacks: folder with a folder of Terraform JSON for each stack.
        plans: outputs of ``terraform show -json PLAN``.
        states: outputs of ``terraform show -json``.

    Raises:
        ReportError: the environment, its Terraform JSON, a plan or a state cannot be read.
    """
    file = _environment_file(name, environments)
    try:
        environment = load(file)
    except InvalidEnvironment as error:
        raise ReportError(str(error)) from None
    wanted = stack_names(environment.name)
    folders = tuple(stacks / stack for stack in wanted if (stacks / stack).is_dir())
    if not folders:
        raise ReportError(f"{stacks}: no Terraform JSON of environment {name!r}. Fix: make synth")
    plan_files = {_stack(given, wanted, "PLAN"): given[1] for given in plans}
    documents = {stack: _document(path, "planned_values", "a plan") for stack, path in plan_files.items()}
    inputs = read(folders)
    return Source(
        environment=environment,
        file=file,
        folders=folders,
        configuration=_configuration(inputs),
        plans=documents,
        states={_stack(given, wanted, "STATE"): _document(given[1], "values", "a state") for given in states},
        plan_files=plan_files,
    )


def _environment_file(name: str, environments: Path) -> Path:
    known = sorted(file.stem for file in environments.glob("*.yaml"))
    if name in known:
        return environments / f"{name}.yaml"
    what = "is a folder, not the name of an environment" if Path(name).is_dir() else "is not an environment"
    if not known:
        raise ReportError(f"{environments}: no environment file (*.yaml). Fix: add one, for example dev.yaml")
    raise ReportError(f"{name!r} {what}; {environments} has {', '.join(known)}. Fix: make report ENV={known[0]}")


def _stack(given: Named, stacks: Sequence[str], option: str) -> str:
    """The stack of a plan or a state: named, or the name of the file or of its folder."""
    stack, path = given
    candidates = (stack,) if stack else (path.parent.name, path.name.partition(".")[0])
    found = next((item for item in candidates if item in stacks), None)
    if found is None:
        example = f"{option}={stacks[-1]}={path}"
        raise ReportError(f"{path}: the stack is not known; stacks are {', '.join(stacks)}. Fix: {example}")
    return found


def _document(file: Path, key: str, what: str) -> Mapping[str, Any]:
    try:
        document = read_json(file)
    except UnreadableError as error:
        raise ReportError(with_fix(error, f"make {what} with terraform show -json")) from None
    version = document.get("format_version") if isinstance(document, Mapping) else None
    if version is None or (key not in document and key != "values"):
        raise ReportError(f"{file}: is not {what}. Fix: make it with terraform show -json")
    if str(version).split(".", 1)[0] != FORMAT:
        raise ReportError(
            f"{file}: format_version {version!r} is not supported, only {FORMAT}.x. "
            "Fix: make the file with Terraform 1.11 or newer, or update this project"
        )
    return dict(document)


def _configuration(inputs: Inputs) -> Configuration:
    if inputs.problems:
        problem = inputs.problems[0]
        raise ReportError(f"{problem.where}: {problem.reason}. Fix: make synth, or repair the file")
    return inputs.configurations()[0]
