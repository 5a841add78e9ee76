"""Three changes that every environment sees one day: a larger worker, one more zone, a new queue."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from terraform_gate.interruptions import interruption_by
from terraform_harness.lifecycle import Lifecycle, LifecycleError
from terraform_harness.terraform import workspace

from environments import Environment, load
from environments.facts.fargate_sizes import MEMORY_MIB
from environments.load import HOME
from local.repository import ROOT
from operations.planned_effects import ORDER, effect_of

NEW_QUEUE = "reports"


def make_changes(life: Lifecycle, name: str, stacks: Iterable[str]) -> None:
    """Change the applied environment ``name``, and apply the change to its stacks without a replacement.

    The plans do not read the emulator again (``-refresh=false``): the second plan has just shown that nothing differs.

    Raises:
        LifecycleError: a change would lose data or interrupt users.
        TerraformError: Terraform failed.
    """
    environment = load(HOME / f"{name}.yaml")
    texts, sections = zip(*changes_of(environment), strict=True)
    document = yaml.safe_load((HOME / f"{name}.yaml").read_text("utf-8"))
    for section in sections:
        document = {key: _merged(document.get(key), section.get(key)) for key in {*document, *section}}
    life.say("[bold]three changes[/]: " + "; ".join(texts))
    with tempfile.TemporaryDirectory(prefix="airflow-fargate-change-") as folder:
        changed = Path(folder)
        (changed / "environments").mkdir()
        (changed / "environments" / f"{name}.yaml").write_text(yaml.safe_dump(document), "utf-8")
        command = [sys.executable, "main.py", str(changed / "environments"), str(changed / "out")]
        subprocess.run(command, cwd=ROOT, check=True)
        for stack in stacks:
            document = workspace.read(changed / "out" / "stacks" / stack)
            _show(life, stack, life.update(stack, _becomes(document), refresh=False, before_apply=_reject))


def changes_of(environment: Environment) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each change as text and as the sections of the environment file that it replaces."""
    workers = [group.model_dump(mode="json", exclude_unset=True) for group in environment.workers]
    if workers:
        first = environment.workers[0]
        memory = next(mib for mib in MEMORY_MIB[first.cpu] if mib > first.memory_mib)
        larger = {**workers[0], "memory_mib": memory}
        queue = {"name": NEW_QUEUE, "queues": [NEW_QUEUE], "min_count": 0}
        yield f"worker {first.name} gets {memory} MiB", {"workers": [larger, *workers[1:]]}
        yield f"new queue {NEW_QUEUE}", {"workers": [larger, *workers[1:], queue]}
    zones = list(environment.network.zones)
    unused = [f"{environment.region}{letter}" for letter in "abc" if f"{environment.region}{letter}" not in zones]
    if len(zones) < 3 and unused and environment.network.existing is None:
        yield f"third zone {unused[0]}", {"network": {"zones": [*zones, unused[0]]}}


def _becomes(document: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    """A change that makes a root module equal to ``document``."""

    def change(current: dict[str, Any]) -> None:
        current.clear()
        current.update(document)

    return change


def _merged(old: Any, new: Any) -> Any:
    return {**old, **new} if isinstance(old, Mapping) and isinstance(new, Mapping) else old if new is None else new


def _reject(stack: str, plan: dict[str, Any]) -> None:
    """Raise LifecycleError when a change would lose data or interrupt users."""
    lines = [line for change in plan.get("resource_changes", ()) if (line := interruption_by(change))]
    if lines:
        raise LifecycleError("\n  ".join([f"{stack}: the changes interrupt users:", *lines]))


def _show(life: Lifecycle, stack: str, changed: list[dict[str, Any]]) -> None:
    effects = [effect_of(change) for change in changed]
    counts = ", ".join(f"{effects.count(effect)} {effect}" for effect in ORDER if effect in effects)
    life.say(f"[bold]{stack}[/]: changed without a replacement: {counts or 'nothing'}")
