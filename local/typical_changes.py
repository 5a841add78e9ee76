"""Changes that every environment sees: a larger worker, one more zone, a new queue; at its end, no protection."""

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


# The keys that keep an environment from being destroyed, with the values that permit it.
UNPROTECTED: dict[str, Any] = {
    "production": False,
    "database": {"deletion_protection": False, "final_snapshot": False},
    "load_balancer": {"deletion_protection": False},
    "logs": {"force_destroy": True},
}


def make_changes(life: Lifecycle, name: str, stacks: Iterable[str]) -> dict[str, Any]:
    """Change the applied environment ``name``, and apply the change to its stacks without a replacement.

    The plans do not read the emulator again (``-refresh=false``): the second plan has just shown that nothing differs.

    Returns:
        The keys of the changed environment.

    Raises:
        LifecycleError: a change would lose data or interrupt users.
        TerraformError: Terraform failed.
    """
    environment = load(HOME / f"{name}.yaml")
    texts, sections = zip(*changes_of(environment), strict=True)
    document: dict[str, Any] = yaml.safe_load((HOME / f"{name}.yaml").read_text("utf-8"))
    for section in sections:
        document = _with(document, section)
    life.say(f"[bold]{len(texts)} changes[/]: " + "; ".join(texts))
    _apply(life, name, stacks, document)
    return document


def remove_protection(life: Lifecycle, name: str, stacks: Iterable[str], document: dict[str, Any]) -> None:
    """Let the environment with the keys ``document`` be destroyed; nothing happens where it is not protected.

    Raises:
        LifecycleError: the change would lose data or interrupt users.
        TerraformError: Terraform failed.
    """
    changed = _with(document, UNPROTECTED)
    if changed == document:
        return
    life.say(f"[bold]{name}[/] is protected; the protection is removed before it is destroyed")
    _apply(life, name, stacks, changed)


def _with(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _merged(document.get(key), changes.get(key)) for key in {**document, **changes}}


def _apply(life: Lifecycle, name: str, stacks: Iterable[str], document: Mapping[str, Any]) -> None:
    """Apply the environment with the keys ``document``."""
    with tempfile.TemporaryDirectory(prefix="airflow-fargate-change-") as folder:
        changed = Path(folder)
        (changed / "environments").mkdir()
        (changed / "environments" / f"{name}.yaml").write_text(yaml.safe_dump(dict(document)), "utf-8")
        command = [sys.executable, "main.py", str(changed / "environments"), str(changed / "out")]
        subprocess.run(command, cwd=ROOT, check=True)
        for stack in stacks:
            root = workspace.read(changed / "out" / "stacks" / stack)
            _show(life, stack, life.update(stack, _becomes(root), refresh=False, before_apply=_reject))


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
