"""Lists the blocks of a Terraform JSON configuration or of a plan: resources, data sources, outputs, and so on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from terraform_harness.assertions.values import with_unknown

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One block.

    Attributes:
        address: For instance ``aws_s3_bucket.logs``, ``data.aws_region.here``, ``output.url`` or ``provider.aws``.
        type: For instance ``aws_s3_bucket``, ``data.aws_region``, ``output``, ``variable``, ``provider.aws`` or
            ``backend.s3``.
        values: The arguments.
        path: The construct path that cdktf records, for instance ``app/database/instance``; empty elsewhere.
    """

    address: str
    type: str
    values: Mapping[str, Any]
    path: str = ""


def resources_of(document: Document) -> Iterator[Found]:
    """Yield the managed resources of a configuration or a plan."""
    if not is_plan(document):
        yield from _labelled(document.get("resource", {}), prefix="")
        return
    unknown = {change["address"]: change["change"].get("after_unknown") for change in _changes(document)}
    for resource in _in_module(document.get("planned_values", {}).get("root_module", {})):
        if resource.get("mode") == "managed":
            values = with_unknown(resource.get("values") or {}, unknown.get(resource["address"]) or {})
            yield Found(address=resource["address"], type=resource["type"], values=values)


def others_of(document: Document) -> Iterator[Found]:
    """Yield data sources, ephemeral resources, outputs, variables, providers and the backend.

    A plan contains no ephemeral resources.
    """
    yield from _of_plan(document) if is_plan(document) else _of_configuration(document)


def is_plan(document: Document) -> bool:
    """Tell whether ``document`` is ``terraform show -json`` of a plan."""
    return "planned_values" in document or "resource_changes" in document


def _labelled(types: Document, *, prefix: str) -> Iterator[Found]:
    for type_, named in types.items():
        for name, values in named.items():
            path = str(((values.get("//") or {}).get("metadata") or {}).get("path", ""))
            yield Found(address=f"{prefix}{type_}.{name}", type=f"{prefix}{type_}", values=values, path=path)


def _of_configuration(document: Document) -> Iterator[Found]:
    yield from _labelled(document.get("data", {}), prefix="data.")
    yield from _labelled(document.get("ephemeral", {}), prefix="ephemeral.")
    for type_ in ("output", "variable"):
        for name, body in document.get(type_, {}).items():
            yield Found(address=f"{type_}.{name}", type=type_, values=body)
    for name, blocks in document.get("provider", {}).items():
        for block in blocks if isinstance(blocks, list) else [blocks]:
            yield _provider(name, block)
    settings = document.get("terraform", {})
    for name, body in settings.get("backend", {}).items():
        yield Found(address="backend", type=f"backend.{name}", values=body)
    if "cloud" in settings:
        yield Found(address="backend", type="backend.cloud", values=settings["cloud"])


def _of_plan(document: Document) -> Iterator[Found]:
    for state in (document.get("prior_state", {}).get("values", {}), document.get("planned_values", {})):
        for resource in _in_module(state.get("root_module", {})):
            if resource.get("mode") == "data":
                type_, address = f"data.{resource['type']}", resource["address"]
                yield Found(address=address, type=type_, values=resource.get("values") or {})
    changes = document.get("output_changes", {})
    for name, body in document.get("planned_values", {}).get("outputs", {}).items():
        unknown = {"value": (changes.get(name) or {}).get("after_unknown")}
        yield Found(address=f"output.{name}", type="output", values=with_unknown(body, unknown))
    for name, body in document.get("variables", {}).items():
        yield Found(address=f"variable.{name}", type="variable", values=body)
    for body in document.get("configuration", {}).get("provider_config", {}).values():
        expressions = body.get("expressions", {}).items()
        constants = {key: value["constant_value"] for key, value in expressions if "constant_value" in value}
        yield _provider(body["name"], constants | ({"alias": body["alias"]} if "alias" in body else {}))


def _provider(name: str, values: Document) -> Found:
    alias = f".{values['alias']}" if "alias" in values else ""
    return Found(address=f"provider.{name}{alias}", type=f"provider.{name}", values=values)


def _in_module(module: Document) -> Iterator[Document]:
    yield from module.get("resources", ())
    for nested in module.get("child_modules", ()):
        yield from _in_module(nested)


def _changes(document: Document) -> Iterator[Document]:
    return (change for change in document.get("resource_changes", ()) if change.get("mode") == "managed")
