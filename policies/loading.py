"""Paths in, configurations out: which files belong together, and which could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.configuration import Configuration, Stack, configuration_of
from policies.evaluation import Scope
from policies.expression import expressions
from policies.remote_state import RemoteStates
from policies.terraform_resource import Resource
from policies.terraform_root import TerraformRoot


@dataclass(frozen=True)
class Problem:
    """Something that could not be judged at all: a file, a module call, a resource. It makes the gate exit 2."""

    where: str
    reason: str


def configurations_of(roots: Sequence[TerraformRoot]) -> tuple[Configuration, ...]:
    """Evaluate roots and put those that read each other's state into one configuration."""
    remote = RemoteStates(roots)
    scopes: dict[str, Scope] = {}
    for root in roots:
        scopes[root.name] = _scope(root, remote=remote, scopes=scopes)
    return tuple(
        configuration_of(
            (item for root in group for item in _resources(root, scopes[root.name])),
            stacks=[_stack(root, scopes[root.name]) for root in group],
        )
        for group in remote.groups()
    )


def _scope(root: TerraformRoot, *, remote: RemoteStates, scopes: Mapping[str, Scope]) -> Scope:
    defaults = {
        name: body["default"]
        for name, body in root.blocks.get("variable", {}).items()
        if isinstance(body, Mapping) and "default" in body
    }

    def remote_output(label: str, output: str) -> Any:
        source = remote.target(root, label)
        return scopes[source.name].evaluate(source.blocks["output"][output]["value"])

    return Scope(
        stack=root.name,
        variables=defaults,
        local_values=root.blocks.get("locals", {}),
        remote_output=remote_output,
    )


def _stack(root: TerraformRoot, scope: Scope) -> Stack:
    outputs = {name: scope.evaluate(body.get("value")) for name, body in root.blocks.get("output", {}).items()}
    return Stack(name=root.name, file=root.files[0], metadata=root.metadata, outputs=outputs)


def _resources(root: TerraformRoot, scope: Scope) -> Iterator[Resource]:
    for block_type, prefix in (("resource", ""), ("data", "data.")):
        for kind, name, body in root.bodies(block_type):
            yield Resource(
                stack=root.name,
                address=f"{prefix}{kind}.{name}",
                type=kind,
                name=name,
                body=_expanded(scope.evaluate({key: value for key, value in body.items() if key != "//"})),
                file=root.files[0],
                construct_path=str(_metadata(body).get("path", "")),
            )


def _metadata(body: Mapping[str, Any]) -> Mapping[str, Any]:
    comment = body.get("//")
    found = comment.get("metadata", comment) if isinstance(comment, Mapping) else {}
    return found if isinstance(found, Mapping) else {}


def _expanded(body: dict[str, Any]) -> dict[str, Any]:
    """Write `dynamic` blocks out. What iterates over an unknown list stays as one block with unknown values."""
    dynamic = body.pop("dynamic", None)
    for name, block in _dynamic_blocks(dynamic):
        existing = body.get(name) or []
        listed = existing if isinstance(existing, list) else [existing]
        body[name] = [*listed, *_iterations(name, block)]
    return body


def _dynamic_blocks(dynamic: Any) -> Iterable[tuple[str, Mapping[str, Any]]]:
    listed = dynamic if isinstance(dynamic, list) else [dynamic]
    for item in listed:
        for name, block in (item or {}).items():
            yield from ((name, one) for one in (block if isinstance(block, list) else [block]))


def _iterations(name: str, block: Mapping[str, Any]) -> Iterator[Any]:
    iterator = str(block.get("iterator") or name).strip("${}")
    each = block.get("for_each")
    content = block.get("content", {})
    content = content[0] if isinstance(content, list) and content else content
    if not isinstance(each, list | Mapping):
        yield content
        return
    pairs = each.items() if isinstance(each, Mapping) else enumerate(each)
    for key, value in pairs:
        yield _substituted(content, {f"{iterator}.key": key, f"{iterator}.value": value})


def _substituted(content: Any, names: Mapping[str, Any]) -> Any:
    if isinstance(content, Mapping):
        return {key: _substituted(value, names) for key, value in content.items()}
    if isinstance(content, list):
        return [_substituted(value, names) for value in content]
    inside = next(iter(expressions(content)), "").strip() if isinstance(content, str) else ""
    for name, value in names.items():
        if inside == name:
            return value
        if inside.startswith(f"{name}.") and isinstance(value, Mapping):
            return value.get(inside.removeprefix(f"{name}."), content)
    return content
