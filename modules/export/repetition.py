"""Repeats the resources, list items and outputs of the marked worker group for each group of the caller."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from modules.constructs.dashboard import COLUMNS, HEIGHT, TOP, WIDTH
from modules.export import hcl
from modules.export.acl_numbers import with_unique_rule_numbers
from modules.export.group_access import DESTINATIONS
from modules.export.group_access_resources import OF_GROUPS, Items, nested, of_service, with_secrets, without_items
from modules.export.hcl_json import decoded
from modules.export.hcl_template import expression
from modules.export.inputs import with_rules
from modules.export.module_inputs import ModuleInputs
from modules.export.structural_input import StructuralInputError
from modules.export.worker_groups import GROUP, QUEUE, VALUE, VARIABLE, variable

FOR_EACH_GROUP = f"for name, group in var.{VARIABLE}"
NAME_IN_ADDRESS = "group"
QUEUES = 'join(",", sort(each.value.queues))'
_MARKER = re.compile("(?<![A-Z])EACH[A-Z]+")
_ADDRESS = re.compile(rf"\b(aws_\w+\.\w*){GROUP}(\w*)")
_USED = re.compile(r"\b(?:each\.value|group)\.([a-z_]+)")


def with_worker_groups(synthesized: dict[str, Any], inputs: ModuleInputs) -> dict[str, Any]:
    """``synthesized`` with ``for_each`` for the marked worker group, and the variable with the attributes in use.

    What the DAGs of the other services need is repeated in the same way.

    Raises:
        StructuralInputError: a marker is at a place that cannot be repeated.
    """
    if not _MARKER.search(json.dumps(synthesized)):
        return synthesized
    resources = {kind: dict(_resources(kind, items, inputs)) for kind, items in synthesized.get("resource", {}).items()}
    with_unique_rule_numbers(resources, inputs)
    outputs = dict(_output(name, body) for name, body in synthesized.get("output", {}).items())
    repeated = {**synthesized, "resource": resources, **({"output": outputs} if outputs else {})}
    text = json.dumps({key: body for key, body in repeated.items() if key != "variable"})
    text += "".join(str(value) for name, value in inputs.locals.items() if f"local.{name}" in text)
    if left := _MARKER.search(text):
        raise StructuralInputError(VARIABLE, f"at ...{text[max(0, left.start() - 60) : left.end() + 20]}")
    if VARIABLE in inputs.variables:
        of_groups = variable(inputs.structure, used=frozenset(_USED.findall(text)))
        inputs.variables[VARIABLE] = with_rules(of_groups, *inputs.group_rules)
    return repeated


def unmarked(text: str) -> str:
    """``text``, part of an address, with a word for any worker group and its items instead of the markers."""
    return without_items(text).replace(GROUP, NAME_IN_ADDRESS)


def _resources(kind: str, items: Mapping[str, Any], inputs: ModuleInputs) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, body in items.items():
        owner = _items_of(name, inputs)
        of_item = nested(name, body, owner)
        if of_item is None:
            yield unmarked(name), _resource(kind, name, with_secrets(body, owner))
        elif of_item:
            yield unmarked(name), _mapped(of_item, _in_item_resource)


def _items_of(name: str, inputs: ModuleInputs) -> Items:
    """What the caller gives to the service to which the resource ``name`` belongs."""
    if DESTINATIONS in inputs.variables:
        return replace(OF_GROUPS, destinations=f"var.{DESTINATIONS}")
    found = [prefix for process, prefix in inputs.dag_services.items() if name.startswith(f"{process}_")]
    return of_service(found[0]) if found else OF_GROUPS


def _resource(kind: str, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    if GROUP in name:
        return {"for_each": f"${{var.{VARIABLE}}}", **_mapped(body, _in_resource)}
    if not _MARKER.search(json.dumps(body)):
        return dict(body)
    if kind == "aws_cloudwatch_dashboard":
        body = {**body, "dashboard_body": _dashboard(decoded(body["dashboard_body"]))}
    return {key: _argument(value) for key, value in body.items()}


def _in_resource(text: str) -> str:
    """A text inside of a resource with ``for_each``."""
    if re.fullmatch(rf"aws_\w+\.\w*{GROUP}\w*", text):  # in depends_on, which takes no index
        return unmarked(text)
    if text.startswith("${"):  # an expression, in which a text that is the marker becomes an expression
        text = text.replace(f'"{QUEUE}"', QUEUES)
    return _named(text, "each.key", "each.value").replace(QUEUE, f"${{{QUEUES}}}")


def _in_item_resource(text: str) -> str:
    """A text inside of a resource with ``for_each`` over the items of all groups."""
    return _named(text, "each.value.group")


def _in_item(text: str) -> str:
    """A text inside of an expression over all groups."""
    return _named(text, "name", "group").replace(QUEUE, "${queue}")


def _named(text: str, key: str, value: str = VALUE) -> str:
    """``text`` with the expressions for a group's name and attributes instead of their markers."""
    text = _ADDRESS.sub(rf"\1{NAME_IN_ADDRESS}\2[{key}]", text).replace(f"{VALUE}.", f"{value}.")
    return text.replace(GROUP, f"${{{key}}}")


def _mapped(content: Any, change: Callable[[str], str]) -> Any:
    """``content`` with ``change`` applied to every text in it."""
    if isinstance(content, str):
        return change(content)
    if isinstance(content, Mapping):
        return {key: _mapped(value, change) for key, value in content.items()}
    return [_mapped(item, change) for item in content] if isinstance(content, list) else content


def _argument(value: Any) -> Any:
    """An argument of a resource that exists once: its list items and JSON maps of the marked group are repeated."""
    if not _MARKER.search(json.dumps(value)):
        return value
    content = decoded(value) if isinstance(value, str) else None
    return f"${{jsonencode({hcl.value(_spliced(content), encoded=True)})}}" if content else _spliced(value)


def _spliced(content: Any) -> Any:
    if isinstance(content, str):
        return _by_group(content) or content
    if isinstance(content, Mapping):
        return {key: _spliced(value) for key, value in content.items()}
    if not isinstance(content, list):
        return content
    runs = [(repeats, list(items)) for repeats, items in groupby(content, key=_repeats)]
    if not any(repeats for repeats, _ in runs):
        return [_spliced(item) for item in content]
    written = [part for repeats, items in runs for part in (_each(items) if repeats else [_plain(items)])]
    return f"${{{written[0] if len(written) == 1 else hcl.call('concat', written)}}}"


def _plain(items: list[Any]) -> str:
    return hcl.value([_spliced(item) for item in items], encoded=True)


def _each(items: list[Any]) -> Iterator[str]:
    """A list with the item for each worker group, or for each queue of each group."""
    for item in items:
        written = hcl.value(_mapped(item, _in_item), encoded=True)
        if QUEUE in json.dumps(item):
            yield f"flatten([{FOR_EACH_GROUP} : [for queue in sort(group.queues) : {written}]])"
        else:
            yield f"[{FOR_EACH_GROUP} : {written}]"


def _repeats(item: Any) -> bool:
    """Whether the item of a list belongs to the marked group itself, and not only an item of a list inside of it."""
    if isinstance(item, str):
        return _MARKER.search(item) is not None and not _by_group(item)
    if isinstance(item, Mapping):
        return any(_repeats(value) for value in item.values() if not isinstance(value, list))
    return isinstance(item, list) and any(_repeats(inner) for inner in item)


def _by_group(text: str) -> str | None:
    """A JSON text whose only key is the marked group, as an expression; None for another text."""
    content = decoded(text)
    if not isinstance(content, Mapping) or list(content) != [GROUP]:
        return None
    values = {key: f"${{sort({VALUE}.queues)}}" if value == [QUEUE] else value for key, value in content[GROUP].items()}
    written = hcl.value(_mapped(values, _in_item), encoded=True)
    return f"${{jsonencode({{ {FOR_EACH_GROUP} : name => {written} }})}}"


def _dashboard(content: Mapping[str, Any]) -> str:
    """The dashboard with positions that Terraform computes, because the caller decides how many graphs there are."""
    widgets = content["widgets"]
    others = [widget for widget in widgets if widget["type"] != "metric"]
    graphs = [
        {key: value for key, value in widget.items() if key not in {"x", "y"}}
        for widget in widgets
        if widget["type"] == "metric"
    ]
    place = f"{{ x = index % {COLUMNS} * {WIDTH}, y = {TOP} + floor(index / {COLUMNS}) * {HEIGHT} }}"
    placed = f"[for index, graph in {expression(_spliced(graphs))} : merge(graph, {place})]"
    every = hcl.call("concat", [_plain(others), placed]) if others else placed
    return f"${{jsonencode({hcl.object_({'widgets': every})})}}"


def _output(name: str, body: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """An output of the marked group becomes a map from the names of the groups."""
    if GROUP not in name:
        return name, {**body, "value": _argument(body["value"])}
    value = expression(_in_item(body["value"])) or hcl.value(_in_item(body["value"]))
    text = re.sub(rf"\S*{GROUP}", "each worker group", body["description"])
    of_groups = f"${{{{ {FOR_EACH_GROUP} : name => {value} }}}}"
    return f"{unmarked(name)}s", {**body, "value": of_groups, "description": text}
