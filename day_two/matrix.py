"""Runs the matrix: applies the bases, synthesizes and plans every change, and compares it with the declared effect."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from terraform_harness.emulator import Emulator

from day_two import planning
from day_two.bases import ACCOUNT, BASES, REGION
from day_two.cases import Case, cases
from day_two.effects import NOT_LATER, Planned, planned, problem, unproven
from day_two.joining import Module
from day_two.order import used_by_airflow
from day_two.planning import Change
from day_two.synthesis import synthesized
from environments.json_schema import keys
from environments.load import from_data

MODULES_IN_A_PLAN = 90
"""More modules share the start of the provider; Terraform's graph grows faster than their number."""
AT_ONCE = 2
Say = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """One change with its declared and its planned effect.

    Args:
        case: the change.
        effect: the declared effect of the key.
        plan: what the provider planned.
        later: resources that the foundation can delete only after Airflow was applied.
        problem: why the plan contradicts the declaration; None when it does not.
    """

    case: Case
    effect: str
    plan: Planned = field(repr=False)
    later: tuple[str, ...] = ()
    problem: str | None = None


def run(say: Say, *, folder: Path, only: str = "") -> list[Row]:
    """The rows of all changes of the keys that start with ``only``.

    Args:
        say: prints one line of progress.
        folder: an empty folder for the Terraform roots.
        only: beginning of the keys; all keys when empty.

    Raises:
        UncoveredKeyError: the matrix has no valid change of a key.
        TerraformError: the provider rejects a base or a change.
    """
    os.environ.update(planning.WITH_MANAGED_POLICIES)  # the emulator's process inherits it
    with Emulator(account_id=ACCOUNT, region=REGION) as emulator, ThreadPoolExecutor(1) as background:
        data = {**BASES, "guest": planning.guest(emulator)}
        bases = {name: synthesized(from_data(values, source=name)) for name, values in data.items()}
        resources = sum(len(base.stack_of) for base in bases.values())
        say(f"applying {', '.join(bases)} to the emulator: {resources} resources")
        applying = background.submit(planning.apply, bases, emulator=emulator, folder=folder / "bases")
        listed = [case for case in cases(data) if case.key.startswith(only)]
        changes = list(_changes(listed, bases, say))
        say(f"synthesized {len(listed)} changes of {len({case.key for case in listed})} keys")
        state = applying.result()
        say("applied")
        found = _planned(
            [*_controls(bases), *{change.name: change for change in changes}.values()], state, emulator, folder, say
        )
    for name in bases:
        if found[name]:
            raise RuntimeError(
                f"the plan of the unchanged environment {name} is not empty: {found[name][0]['address']}"
            )
    effects = {key: str(node["effect"]) for key, node in keys()}
    return [
        row_of(case, effects[case.key], found[change.name], change.before)
        for case, change in zip(listed, changes, strict=True)
    ]


def _changes(listed: Sequence[Case], bases: Mapping[str, Module], say: Say) -> Iterator[Change]:
    """One change for each case; cases with equal environments share it."""
    began, made = time.monotonic(), dict[str, Change]()
    for number, case in enumerate(listed):
        text = f"{case.base} {case.environment.model_dump_json()}"
        if text not in made:
            made[text] = Change(f"change_{number}", case.base, bases[case.base], synthesized(case.environment))
        yield made[text]
        if time.monotonic() - began > 10:
            began = time.monotonic()
            say(f"synthesized {number + 1} of {len(listed)}")


def _controls(bases: Mapping[str, Module]) -> Iterator[Change]:
    """The unchanged bases in full: their plans must be empty."""
    nothing = {name: Module({}, {}, module.provider, module.required) for name, module in bases.items()}
    return (Change(name, name, nothing[name], module) for name, module in bases.items())


def _planned(
    changes: Sequence[Change], state: Mapping[str, Any], emulator: Emulator, folder: Path, say: Say
) -> dict[str, list[Mapping[str, Any]]]:
    parts = -(-len(changes) // MODULES_IN_A_PLAN)
    batches = [changes[number::parts] for number in range(parts)]
    found: dict[str, list[Mapping[str, Any]]] = {}

    def plan(number: int) -> dict[str, list[Mapping[str, Any]]]:
        done = planning.plan(batches[number], state=state, emulator=emulator, folder=folder / f"plan-{number}")
        say(f"planned {len(batches[number])} changes (plan {number + 1} of {parts})")
        return done

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for result in pool.map(plan, range(parts)):
            found |= result
    return found


def row_of(case: Case, effect: str, changes: Sequence[Mapping[str, Any]], before: Module) -> Row:
    """The row of one change, from the changes in its plan."""
    plan = planned(changes)
    later = list(used_by_airflow(changes, before))
    replaced = [address for address, again in later if again]
    wrong = problem(effect, before=case.before, after=case.after, plan=plan, reordered=case.is_reordered)
    if not wrong and replaced and NOT_LATER not in effect:
        wrong = f"the foundation replaces what Airflow uses: {', '.join(replaced)}"
    return Row(case, effect, plan, tuple(sorted(address for address, again in later if not again)), wrong)


def violations(rows: Iterable[Row], *, complete: bool) -> Iterator[str]:
    """A message for each row whose plan contradicts its declaration, and for each declaration that nothing proves.

    Args:
        rows: the rows.
        complete: whether they contain every change of each of their keys.
    """
    by_key: dict[str, list[Row]] = {}
    for row in rows:
        by_key.setdefault(row.case.key, []).append(row)
        if row.problem:
            lines = "".join(f"\n    {line}" for line in row.plan.lines())
            yield (
                f"{row.case.title}: {row.problem}\n  declared: {row.effect}\n  planned:  {row.plan.kind}{lines}\n  "
                f"Fix: correct `effect=` of the key in environments/sections, or the modules"
            )
    for key, group in by_key.items() if complete else ():
        for kind in unproven(group[0].effect, [row.plan.kind for row in group]):
            yield f"{key}: declared: {group[0].effect}; no change of it is {kind}. Fix: correct `effect=` of the key"
