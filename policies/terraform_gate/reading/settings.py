"""Reads the backend, the providers and the outputs of a stack, as resources that rules can have findings about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from terraform_gate.reading.remote_state import backend_of
from terraform_gate.reading.taint import Taint
from terraform_gate.reading.terraform_root import TerraformRoot
from terraform_gate.terraform_resource import Resource, items

BACKEND, PROVIDER, OUTPUT = "terraform_backend", "provider", "output"
"""The types of the resources that represent a backend, a provider and an output."""


def settings_of(root: TerraformRoot, evaluate: Callable[[Any], Any]) -> tuple[Resource, ...]:
    """Return the backend, if the root has one, the providers and the outputs.

    Args:
        root: The root module.
        evaluate: Evaluates the expressions of provider blocks; Terraform allows none in a backend.
    """
    return (*_backend(root), *_providers(root, evaluate), *_outputs(root))


def _backend(root: TerraformRoot) -> Iterator[Resource]:
    kind, body = backend_of(root)
    if kind:
        address = "terraform.cloud" if "cloud" in root.blocks.get("terraform", {}) else f"terraform.backend.{kind}"
        yield _setting(root, address, BACKEND, kind, body, block="terraform")


def _providers(root: TerraformRoot, evaluate: Callable[[Any], Any]) -> Iterator[Resource]:
    named = root.blocks.get("provider", {})
    for name, content in named.items() if isinstance(named, Mapping) else ():
        for body in items(evaluate(content)):
            alias = f".{body['alias']}" if isinstance(body, Mapping) and body.get("alias") else ""
            yield _setting(root, f"provider.{name}{alias}", PROVIDER, name, body, block=f"provider.{name}")


def _outputs(root: TerraformRoot) -> Iterator[Resource]:
    taint, listed = Taint(root), root.blocks.get("output", {})
    secret = taint.outputs()
    for name, body in listed.items():
        if isinstance(body, Mapping):
            found = taint.secrets(body.get("value")) if name in secret else ()
            made = _setting(root, f"output.{name}", OUTPUT, name, body, block=f"output.{name}")
            yield replace(made, secrets=found)


def _setting(root: TerraformRoot, address: str, kind: str, name: str, body: Any, *, block: str) -> Resource:
    file, line = root.positions.get(block, (root.files[0], 1))
    arguments = body if isinstance(body, Mapping) else {}
    return Resource(stack=root.name, address=address, type=kind, name=name, body=arguments, file=file, line=line)
