"""Finds the first place where a plan differs from the format of ``terraform show -json``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_NAMES = ("address", "mode", "type", "name")


def plan_defect(document: Mapping[str, Any]) -> str:
    """Return the path and the error, such as ``planned_values.root_module.resources[0].type: text is expected``.

    The checks stop at the first error, so each relies on those before it.
    """
    return next(_defects(document), "")


def _defects(document: Mapping[str, Any]) -> Iterator[str]:
    yield from _planned(document["planned_values"].get("root_module", {}), "planned_values.root_module")
    yield from _configured(document["configuration"].get("root_module", {}), "configuration.root_module")
    yield from _objects(document.get("resource_changes", []), "resource_changes", ("address",))
    for index, item in _mappings(document.get("resource_changes")):
        change = item.get("change", {})
        yield from _is_object(change, f"resource_changes[{index}].change")
        yield from _is_object(change.get("after_unknown") or {}, f"resource_changes[{index}].change.after_unknown")
    yield from _labelled(document.get("variables", {}), "variables")
    prior = document.get("prior_state", {})
    yield from _is_object(prior, "prior_state")
    yield from _is_object(prior.get("values", {}), "prior_state.values")
    former = prior.get("values", {}).get("root_module", {})
    yield from _planned(former, "prior_state.values.root_module", names=("type", "name"))


def _planned(module: Any, path: str, names: tuple[str, ...] = _NAMES) -> Iterator[str]:
    yield from _is_object(module, path)
    if isinstance(module, Mapping):
        yield from _objects(module.get("resources", []), f"{path}.resources", names)
        for index, item in _mappings(module.get("resources")):
            yield from _is_object(item.get("values") or {}, f"{path}.resources[{index}].values")
        yield from _objects(module.get("child_modules", []), f"{path}.child_modules", ("address",))
        for index, child in _mappings(module.get("child_modules")):
            yield from _planned(child, f"{path}.child_modules[{index}]", names)


def _configured(module: Any, path: str) -> Iterator[str]:
    yield from _is_object(module, path)
    if isinstance(module, Mapping):
        yield from _objects(module.get("resources", []), f"{path}.resources", ("address",))
        for index, item in _mappings(module.get("resources")):
            yield from _is_object(item.get("expressions", {}), f"{path}.resources[{index}].expressions")
        for name in ("module_calls", "variables", "outputs"):
            yield from _labelled(module.get(name, {}), f"{path}.{name}")
        for label, call in module.get("module_calls", {}).items():
            yield from _is_object(call.get("expressions", {}), f"{path}.module_calls.{label}.expressions")
            yield from _configured(call.get("module", {}), f"{path}.module_calls.{label}.module")


def _labelled(content: Any, path: str) -> Iterator[str]:
    yield from _is_object(content, path)
    for label, item in content.items():
        yield from _is_object(item, f"{path}.{label}")


def _is_object(value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{path}: an object is expected, got {type(value).__name__}"


def _objects(value: Any, path: str, names: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: a list is expected, got {type(value).__name__}"
        return
    for index, item in enumerate(value):
        if not isinstance(item, Mapping):
            yield f"{path}[{index}]: an object is expected, got {type(item).__name__}"
            continue
        for name in names:
            if not isinstance(item.get(name), str):
                yield f"{path}[{index}].{name}: text is expected, got {type(item.get(name)).__name__}"


def _mappings(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for index, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, Mapping):
            yield index, item
