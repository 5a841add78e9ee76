"""A reviewed plan: `plan --out` writes it, and `deploy --reviewed` applies no change that it does not contain.

A file of Terraform's own plan cannot serve: the stack of Airflow is planned with outputs that the foundation will have,
and a deployment applies it in parts. The reviewed plan has addresses, actions and digests of values, no values, so a CI
system may keep it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from environments.atomic_file import write
from environments.errors import printable
from operations.errors import PreconditionError

FILE = "reviewed.json"
SHORTEST = 4
"""Characters of the shortest made-up value that is looked for in the attributes of a change."""
Change = Mapping[str, Any]
Values = Mapping[str, str | None]


@dataclass(frozen=True)
class Reviewed:
    """The changes of a reviewed plan.

    Args:
        environment: name of the environment.
        stacks: for each stack and address the actions, and a digest of each attribute that changes; None where the
            value was unknown or sensitive.
    """

    environment: str
    stacks: Mapping[str, Mapping[str, tuple[list[str], Values]]]

    def differences(self, stack: str, plan: Mapping[str, Any]) -> list[str]:
        """A line for each change in ``plan`` that was not reviewed; what was reviewed may be missing."""
        known = self.stacks.get(stack, {})
        return [line for address, found in _changes(plan, ()) for line in _differences(address, found, known)]


def reviewed(environment: str, plans: Mapping[str, Mapping[str, Any]], *, made_up: Any = ()) -> Reviewed:
    """The reviewed plan that holds the changes of ``plans``.

    Args:
        environment: name of the environment.
        plans: outputs of ``terraform show -json``, by stack.
        made_up: values that the plans contain in place of ids that AWS gives later.
    """
    texts = [text for text in _strings(made_up) if len(text) >= SHORTEST]
    return Reviewed(environment, {stack: dict(_changes(plan, texts)) for stack, plan in plans.items()})


def write_reviewed(found: Reviewed, folder: Path) -> Path:
    """Write the file that ``deploy --reviewed`` reads into ``folder``."""
    document = {"environment": found.environment, "stacks": found.stacks}
    write(folder / FILE, json.dumps(document, indent=1, sort_keys=True) + "\n")
    return folder / FILE


def read_reviewed(file: Path, *, environment: str) -> Reviewed:
    """The reviewed plan of ``environment`` in ``file``.

    Raises:
        PreconditionError: the file cannot be read, is not a reviewed plan, or belongs to another environment.
    """
    fix = f"Fix: give a file that `plan {environment} --out FOLDER` wrote: FOLDER/{FILE}"
    try:
        document = json.loads(file.read_text("utf-8"))
        stacks = {
            stack: {address: (list(actions), dict(values)) for address, (actions, values) in changes.items()}
            for stack, changes in document["stacks"].items()
        }
        found = Reviewed(str(document["environment"]), stacks)
    except OSError as error:
        raise PreconditionError(f"{file}: {error.strerror}. {fix}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PreconditionError(f"{file}: is not a reviewed plan. {fix}") from None
    if found.environment != environment:
        name = printable(found.environment)
        raise PreconditionError(f"{file}: is the reviewed plan of {name}, not of {environment}. {fix}")
    return found


def _changes(plan: Mapping[str, Any], made_up: Iterable[str]) -> Iterator[tuple[str, tuple[list[str], Values]]]:
    for change in plan.get("resource_changes", ()):
        actions = change["change"]["actions"]
        if change["mode"] == "managed" and actions not in (["no-op"], ["read"]):
            deposed = f" (deposed {change['deposed']})" if change.get("deposed") else ""
            yield change["address"] + deposed, (list(actions), dict(_values(change["change"], list(made_up))))


def _values(change: Change, made_up: list[str]) -> Iterator[tuple[str, str | None]]:
    before, after = change.get("before") or {}, change.get("after") or {}
    unknown, sensitive = change.get("after_unknown") or {}, change.get("after_sensitive") or {}
    for name in sorted(after.keys() | unknown.keys()):
        text = json.dumps(after.get(name), sort_keys=True)
        if _has_true(unknown.get(name)) or _has_true(sensitive is True or sensitive.get(name)):
            yield name, None
        elif after.get(name) != before.get(name):
            yield name, None if any(value in text for value in made_up) else sha256(text.encode()).hexdigest()


def _has_true(value: Any) -> bool:
    """Whether a part of the value is marked in ``after_unknown`` or ``after_sensitive``."""
    if isinstance(value, Mapping | list):
        return any(_has_true(item) for item in (value.values() if isinstance(value, Mapping) else value))
    return value is True


def _differences(
    address: str, found: tuple[list[str], Values], known: Mapping[str, tuple[list[str], Values]]
) -> list[str]:
    actions, values = found
    if address not in known:
        return [f"{address}: {' and '.join(actions)}; the reviewed plan does not change it"]
    expected, reviewed_values = known[address]
    if actions != expected:
        return [f"{address}: {' and '.join(actions)}; the reviewed plan has {' and '.join(expected)}"]
    return [
        f"{address}: {name} gets another value than in the reviewed plan"
        for name, digest in values.items()
        if name not in reviewed_values or (digest and reviewed_values[name] not in (None, digest))
    ]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _strings(item)
