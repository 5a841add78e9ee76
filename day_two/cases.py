"""The changes of the matrix: for each key every value of an enumeration, a step up and down, and a list's changes.

Values come from the JSON schema of an environment. Keys whose next valid value the schema does not contain are in
``day_two.changes``. A key without a change is an error, so that a new key cannot be forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from day_two.bases import changed
from day_two.changes import CHANGES, UNPLANNED
from environments import Environment, InvalidEnvironment
from environments.facts.topology import COMPONENTS
from environments.json_schema import Node, choices, keys, schema
from environments.load import from_data

MAX_VALUES = 8
"""An enumeration with more values is a scale, of which the neighbours are tried."""


@dataclass(frozen=True)
class Case:
    """One change of one key.

    Args:
        key: the key, such as ``workers[].cpu``.
        base: name of the applied environment.
        before: the old value, as text.
        after: the new value, as text.
        environment: the changed environment.
    """

    key: str
    base: str
    before: str
    after: str
    environment: Environment = field(repr=False)

    @property
    def is_reordered(self) -> bool:
        """Whether only the order of a list changed."""
        lists = [text.strip("[]").split(", ") for text in (self.before, self.after) if text.startswith("[")]
        return len(lists) == 2 and lists[0] != lists[1] and sorted(lists[0]) == sorted(lists[1])

    @property
    def title(self) -> str:
        """``workers[].cpu: 1024 -> 2048 (complete)``."""
        return f"{self.key}: {self.before} -> {self.after} ({self.base})"


class UncoveredKeyError(Exception):
    """The matrix has no valid change of a key; the message names the key and the fix."""


def cases(bases: Mapping[str, Mapping[str, Any]]) -> tuple[Case, ...]:
    """The changes of every key on the environments ``bases``.

    Raises:
        UncoveredKeyError: for the keys that nothing changes.
    """
    found = [case for key, node in keys() if key not in UNPLANNED for case in cases_of(key, node, bases)]
    missing = [key for key, _ in keys() if key not in UNPLANNED and key not in {case.key for case in found}]
    if missing:
        raise UncoveredKeyError(
            f"no valid change of {', '.join(missing)} is known. Fix: add one to CHANGES in day_two/changes"
        )
    return tuple(found)


def cases_of(key: str, node: Node, bases: Mapping[str, Mapping[str, Any]]) -> Iterator[Case]:
    """The changes of one key; each pair of values is tried once."""
    seen: set[tuple[str, str]] = set()
    for name, data in bases.items():
        base = _base(json.dumps(data))
        for before, after, environment in _changes(key, node, base, data):
            if (before, after) not in seen and environment != base:
                seen.add((before, after))
                yield Case(key, name, before, after, environment)


@cache
def _base(text: str) -> Environment:
    return from_data(json.loads(text), source="base")


def _changes(
    key: str, node: Node, base: Environment, data: Mapping[str, Any]
) -> Iterator[tuple[str, str, Environment]]:
    listed = CHANGES.get(key, ())
    for change in listed:
        environment = _valid(changed(data, change.change(data))) if change.base in {"", base.name} else None
        if environment:
            yield change.before, change.after, environment
    if listed or not _is_used(key, base):
        return
    current = _value(base, key)
    for group in _candidates(node, current):
        for value in group:
            environment = _valid(_with(data, base, key, value))
            if environment:
                yield _text(current), _text(value), environment
                break


def _candidates(node: Node, current: Any) -> Iterator[Sequence[Any]]:
    """Groups of values: of each group the first valid value is tried."""
    option = next(choices(schema(), node))
    if option.get("type") == "boolean":
        yield [not current]
    elif "enum" in option and len(option["enum"]) <= MAX_VALUES:
        yield from ([value] for value in option["enum"] if value != current)
    elif "enum" in option:
        index = option["enum"].index(current)
        yield from ([value] for value in (option["enum"][index - 1], option["enum"][index + 1]))
    elif option.get("type") == "integer" and current is None:
        yield [node.get("minimum", option.get("minimum", 1)) + 9]
    elif option.get("type") == "integer":
        low, high = (node.get(bound, option.get(bound)) for bound in ("minimum", "maximum"))
        yield [value for value in _up(current) if high is None or value <= high]
        yield [value for value in _down(current) if low is None or value >= low]


def _up(value: int) -> Iterable[int]:
    return (value + 1, value + 10, value + 512, value + 1024, value * 2, value + 2048)


def _down(value: int) -> Iterable[int]:
    return (value - 1, value - 5, value - 10, value // 2, value - 512, value - 1024)


def _is_used(key: str, base: Environment) -> bool:
    """Whether a change of ``key`` can matter in ``base``: its topology and switches use the key."""
    if key.startswith("components."):
        name = key.split(".")[1]
        return name in COMPONENTS[base.topology] and getattr(base.components, name) is not None
    conditions = (condition for prefix, condition in USED_IF.items() if key.startswith(prefix))
    return all(condition(base) for condition in conditions)


def _celery(base: Environment) -> bool:
    return base.topology == "celery"


USED_IF: Mapping[str, Callable[[Environment], bool]] = {
    "airflow.visibility_timeout_seconds": _celery,
    "alarms.broker_memory_percent": _celery,
    "broker.": _celery,
    "workers[].": _celery,
    **{
        f"alarms.{name}": lambda base: base.alarms.enabled
        for name in ("broker", "database", "import", "oldest", "scheduler", "unhealthy")
    },
    "ecs_executor.": lambda base: base.ecs_executor is not None,
    "cleanup.keep_days": lambda base: base.cleanup.enabled,
    "dags.interval": lambda base: base.dags.delivery != "baked",
    "dags.subdirectory": lambda base: base.dags.delivery in {"git_sync", "git_bundle"},
    "logs.s3_expiration_days": lambda base: base.logs.destination == "s3",
    "logs.force_destroy": lambda base: base.logs.destination == "s3" or base.load_balancer.access_logs,
    "network.egress": lambda base: base.network.existing is None,
    "network.flow_logs": lambda base: base.network.existing is None,
}
"""Conditions under which the keys with a prefix are used."""


def _value(base: Environment, key: str) -> Any:
    found: Any = base
    for step in key.split("."):
        if found is None:
            return None
        found = getattr(found, step.removesuffix("[]"))
        if step.endswith("[]"):
            found = found[0] if found else None
    return found


def _with(data: Mapping[str, Any], base: Environment, key: str, value: Any) -> dict[str, Any]:
    section, _, rest = key.partition(".")
    if section.endswith("[]"):
        name = section.removesuffix("[]")
        first, *others = data.get(name, []) or [item.model_dump(mode="json") for item in getattr(base, name)]
        return changed(data, {name: [{**first, rest: value}, *others]})
    change: Any = value
    for step in reversed(key.split(".")):
        change = {step: change}
    return changed(data, change)


def _valid(data: Mapping[str, Any]) -> Environment | None:
    try:
        return from_data(data, source="change")
    except InvalidEnvironment:
        return None


def _text(value: Any) -> str:
    return "absent" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
