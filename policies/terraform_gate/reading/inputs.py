"""Reads files, folders and plans; reports each file that Terraform would read and the gate cannot."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.reading.budget import BudgetExceededError
from terraform_gate.reading.expression import escaped
from terraform_gate.reading.hcl_file import read_hcl, variable_values
from terraform_gate.reading.json_file import UnreadableError, read_json, why_not_opened
from terraform_gate.reading.loading import configurations_of
from terraform_gate.reading.module_calls import ModuleReader
from terraform_gate.reading.plan_file import check_plan, is_plan
from terraform_gate.reading.stack_names import stack_names
from terraform_gate.reading.terraform_root import BLOCK_TYPES, TerraformRoot, root_of
from terraform_gate.reading.view import JsonView, PlanView

_IGNORED = frozenset({".terraform", ".git", "node_modules"})
_OTHER_HCL = (
    "not a file of Terraform: another tool reads it. Fix: terraform show -json PLAN > plan.json, then give that"
)
_EMPTY = "no Terraform files (*.tf, *.tf.json) and no plan in this folder"
_OTHER = "only OpenTofu reads this file. Fix: give a plan that OpenTofu made"


@dataclass(frozen=True)
class Problem:
    """A file, a module call or a rule that could not be evaluated. A problem makes the gate exit 2."""

    where: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """A plan.

    Attributes:
        file: Where it was read.
        document: The output of ``terraform show -json``.
        stack: The stack that the user named; empty otherwise.
        is_option: Whether it was given with ``--plan`` rather than found below the paths.
    """

    file: Path
    document: Mapping[str, Any] = field(repr=False)
    stack: str = ""
    is_option: bool = False


@dataclass
class Inputs:
    """The result of reading.

    Attributes:
        roots: Folders of Terraform JSON.
        plans: Plans by the name of their stack.
        problems: What could not be read.
    """

    roots: list[TerraformRoot] = field(default_factory=list)
    plans: dict[str, Plan] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def configurations(self) -> tuple[Configuration, ...]:
        """Build the configurations from the JSON alone, then those that have plans again with their plans."""
        roots = {root.name: _with_plan_values(root, self.plans.get(root.name)) for root in self.roots}
        plans = [
            PlanView(_root_of_plan(roots, name, plan), plan.file, plan.document) for name, plan in self.plans.items()
        ]
        others = [JsonView(root) for root in roots.values() if root.name not in self.plans]
        planned = configurations_of([*plans, *others]) if plans else ()
        with_plan = (item for item in planned if any(stack.name in self.plans for stack in item.stacks))
        return (*configurations_of([JsonView(root) for root in roots.values()]), *with_plan)

    def readable_configurations(self) -> tuple[Configuration, ...]:
        """Build the configurations; input that cannot be evaluated becomes a problem and gives none."""
        try:
            return self.configurations()
        except BudgetExceededError as error:
            self.problems.append(Problem(", ".join(str(root.files[0].parent) for root in self.roots), str(error)))
        except RecursionError:
            files = ", ".join(str(root.files[0]) for root in self.roots) or "plan"
            self.problems.append(Problem(files, "its expressions are nested too deeply. Fix: give the plan"))
        except Exception as error:  # noqa: BLE001  an unforeseen shape of the input: reported, without a traceback
            files = ", ".join(str(root.files[0]) for root in self.roots) or "plan"
            self.problems.append(Problem(files, f"cannot be evaluated: {type(error).__name__}: {error}"))
        return ()


def read(paths: Sequence[Path], *, plans: Sequence[tuple[str, Path]] = ()) -> Inputs:
    """Read Terraform JSON and plans.

    Args:
        paths: Files, or folders that are searched with their subfolders.
        plans: Name of the stack (empty to derive it from the path of the file) and file of each further plan.

    Returns:
        What was read. Bad input is never raised: it is a problem of the result.
    """
    inputs = Inputs()
    folders: dict[Path, dict[Path, Any]] = defaultdict(dict)
    lines: dict[Path, Mapping[str, int]] = {}
    unread: dict[Path, str] = {}
    found = [Plan(file=file, document={}, stack=name, is_option=True) for name, file in plans]
    for file in dict.fromkeys(_files(paths, unread, inputs.problems)):
        if (document := _document(file, lines, inputs.problems)) is not None:
            if is_plan(document):
                found.append(Plan(file=file, document=document))
            else:
                folders[file.parent][file] = document
    reader = ModuleReader()
    for folder in reader.called(folders):
        folders.pop(folder, None)  # a module is evaluated where it is called, with the values that it gets there
    names = stack_names(list(folders))
    for folder, documents in folders.items():
        _add_root(inputs, names[folder], documents, lines, reader)
    for plan in found:
        _add_plan(inputs, plan, lines)
    inputs.problems += [Problem(where, reason) for stack, where, reason in reader.unread if stack not in inputs.plans]
    inputs.problems += _unplanned(inputs, unread, names)
    return inputs


def _files(paths: Sequence[Path], unread: dict[Path, str], problems: list[Problem]) -> Iterator[Path]:
    for path in paths:
        if _is_folder(path):
            yield from _in_folder(path, unread, problems)
        elif reason := _why_unread(path):
            unread[path] = reason
        else:
            yield path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long; reading the file reports it
        return False


def _in_folder(folder: Path, unread: dict[Path, str], problems: list[Problem]) -> Iterator[Path]:
    seen = len(problems)
    found = 0
    for file in _walk(folder, problems):
        if not file.is_file():
            problems += _special_file(file)
        elif reason := _why_unread(file):
            unread[file] = reason
        elif file.name.endswith((".tf", ".tf.json")) or (file.suffix == ".json" and is_plan(_quietly(file))):
            found += 1
            yield file
    if not found and len(problems) == seen:
        problems.append(Problem(str(folder), f"{_EMPTY}. Fix: name a folder that has some"))


def _walk(folder: Path, problems: list[Problem]) -> list[Path]:
    """List the files below a folder, also through links to other folders; one that cannot be read is a problem."""
    top, seen = os.path.realpath(folder), set[str]()

    def report(error: OSError) -> None:
        problems.append(Problem(str(error.filename), why_not_opened(Path(error.filename), error)))

    def is_new(path: Path) -> bool:
        target = os.path.realpath(path)
        if not path.is_symlink():
            return True
        if f"{target}/".startswith(f"{top}/") or target in seen:
            return False
        seen.add(target)
        return True

    files = []
    for parent, folders, names in os.walk(folder, onerror=report, followlinks=True):
        folders[:] = [name for name in folders if name not in _IGNORED and is_new(Path(parent, name))]
        files += [Path(parent) / name for name in names]
    return sorted(files)


def _special_file(file: Path) -> Iterator[Problem]:
    """Report a dangling link, a FIFO, a socket or a device with the name of a file that Terraform reads."""
    if file.name.endswith((".tf.json", ".tf", ".tofu", ".tofu.json")):
        dangling = "No such file or directory. Fix: remove the link, or repair its target"
        yield Problem(str(file), "not a regular file" if file.exists() else dangling)


def _why_unread(file: Path) -> str:
    """Return why the gate cannot read a file that Terraform reads; empty for every other file."""
    if file.suffix == ".hcl" and not file.name.endswith((".terraform.lock.hcl", ".tftest.hcl")):
        return _OTHER_HCL
    return _OTHER if file.name.endswith((".tofu", ".tofu.json")) else ""


def _unplanned(inputs: Inputs, unread: Mapping[Path, str], names: Mapping[Path, str]) -> Iterator[Problem]:
    planned = {plan.file.parent for plan in inputs.plans.values()}
    for file, reason in unread.items():
        if file.parent not in planned and names.get(file.parent) not in inputs.plans:
            yield Problem(str(file), reason)


def _quietly(file: Path) -> Any:
    try:
        return read_json(file)
    except UnreadableError:
        return None


def _document(file: Path, lines: dict[Path, Mapping[str, int]], problems: list[Problem]) -> Mapping[str, Any] | None:
    try:
        if file.suffix == ".tf":
            document, lines[file] = read_hcl(file)
            return document
        document = read_json(file)
        if is_plan(document):
            return check_plan(document, file=file)
        if isinstance(document, dict) and set(document) & BLOCK_TYPES:
            return document
        raise UnreadableError(file, f"neither Terraform JSON ({', '.join(sorted(BLOCK_TYPES))}) nor a plan")
    except UnreadableError as error:
        problems.append(Problem(str(error.file), error.reason))
        return None


def _add_root(
    inputs: Inputs,
    name: str,
    documents: Mapping[Path, Any],
    lines: Mapping[Path, Mapping[str, int]],
    reader: ModuleReader,
) -> None:
    try:
        root = root_of(name, documents, documents.values(), lines=lines)
        values = variable_values(root.files[0].parent)
        inputs.roots.append(replace(root, values=values, modules=reader.modules_of(root)))
    except UnreadableError as error:
        inputs.problems.append(Problem(str(error.file), error.reason))


def _with_plan_values(root: TerraformRoot, plan: Plan | None) -> TerraformRoot:
    """Give the variables the values that the plan was made with."""
    given = plan.document.get("variables") if plan else None
    listed = given if isinstance(given, Mapping) else {}
    known = {
        name: escaped(item["value"]) for name, item in listed.items() if isinstance(item, Mapping) and "value" in item
    }
    return replace(root, values={**root.values, **known})


def _add_plan(inputs: Inputs, plan: Plan, lines: dict[Path, Mapping[str, int]]) -> None:
    document = plan.document or _document(plan.file, lines, inputs.problems)
    if document is None:
        return
    if not is_plan(document):
        inputs.problems.append(Problem(str(plan.file), "not a plan. Fix: make it with `terraform show -json PLANFILE`"))
        return
    known = [root.name for root in inputs.roots]
    name = plan.stack or _stack_of(plan, known)
    if plan.is_option and not name and known:
        fix = f"--plan STACK={plan.file}, STACK one of {', '.join(known)}"
        inputs.problems.append(Problem(str(plan.file), f"the stack of this plan is not known. Fix: {fix}"))
    elif plan.stack and plan.stack not in known:
        reason = f"plan of stack {plan.stack!r}, which is none of {', '.join(known) or 'the paths'}"
        inputs.problems.append(Problem(str(plan.file), reason))
    elif name in inputs.plans:
        inputs.problems.append(
            Problem(str(plan.file), f"is a second plan of stack {name!r}. Fix: give one plan for each stack")
        )
    else:
        inputs.plans[name or _own_name(plan.file, inputs)] = Plan(file=plan.file, document=document, stack=name)


def _stack_of(plan: Plan, known: Sequence[str]) -> str:
    """Derive the stack from the path: ``stacks/dev-airflow/plan.json`` or ``dev-airflow.json``; else the only stack."""
    candidates = [name for name in (plan.file.parent.name, plan.file.name.partition(".")[0]) if name in known]
    alone = known[0] if plan.is_option and len(known) == 1 else ""
    return candidates[0] if candidates else alone


def _own_name(file: Path, inputs: Inputs) -> str:
    taken = {*inputs.plans, *(root.name for root in inputs.roots)}
    name = file.name.partition(".")[0] or "plan"
    return name if name not in taken else f"{file.resolve().parent.name}-{name}"


def _root_of_plan(roots: Mapping[str, TerraformRoot], name: str, plan: Plan) -> TerraformRoot:
    return roots.get(name) or root_of(name, [plan.file], [{}])
