"""Reads files, folders and plans, and builds the configurations that the rules check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.reading.budget import BudgetExceededError
from terraform_gate.reading.expression import escaped
from terraform_gate.reading.hcl_file import variable_values
from terraform_gate.reading.input_files import document_of, files_of
from terraform_gate.reading.json_file import UnreadableError
from terraform_gate.reading.loading import configurations_of
from terraform_gate.reading.module_calls import ModuleReader
from terraform_gate.reading.plan_file import is_plan
from terraform_gate.reading.problem import Problem
from terraform_gate.reading.stack_names import stack_names
from terraform_gate.reading.terraform_root import TerraformRoot, root_of
from terraform_gate.reading.view import JsonView, PlanView


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
    for file in dict.fromkeys(files_of(paths, unread, inputs.problems)):
        if (document := document_of(file, lines, inputs.problems)) is not None:
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


def _unplanned(inputs: Inputs, unread: Mapping[Path, str], names: Mapping[Path, str]) -> Iterator[Problem]:
    planned = {plan.file.parent for plan in inputs.plans.values()}
    for file, reason in unread.items():
        if file.parent not in planned and names.get(file.parent) not in inputs.plans:
            yield Problem(str(file), reason)


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
    document = plan.document or document_of(plan.file, lines, inputs.problems)
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
