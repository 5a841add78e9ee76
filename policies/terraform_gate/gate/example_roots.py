"""Writes the examples of all rules as Terraform roots, so that Terraform or checkov can run on them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraform_gate.files import write_atomically
from terraform_gate.rule import Example, Rule
from terraform_gate.rules.catalog import all_rules

_PROVIDER = {
    "region": "eu-central-1",
    "access_key": "none",
    "secret_key": "none",
    "skip_credentials_validation": True,
    "skip_requesting_account_id": True,
    "skip_metadata_api_check": True,
    "skip_region_validation": True,
}


@dataclass(frozen=True)
class Case:
    """One example of a rule; ``name`` (``AF_ECS_1-failing-0``) is its folder, and its module in the common root."""

    rule: Rule
    example: Example
    is_passing: bool
    name: str


def cases() -> Iterator[Case]:
    """Yield every example of every rule."""
    for rule in all_rules():
        for kind, examples in (("passing", rule.passing), ("failing", rule.failing)):
            for number, example in enumerate(examples):
                yield Case(rule, example, kind == "passing", f"{rule.id}-{kind}-{number}")


def write_roots(folder: Path) -> None:
    """Write each example as a root in a subfolder of ``folder``."""
    for case in cases():
        _write(folder / case.name, _document(case.example))


def write_common_root(folder: Path) -> None:
    """Write one root that calls every plannable example as a module: the provider then starts only once."""
    calls = {}
    for case in cases():
        if not case.example.not_plannable_because:
            calls[case.name] = {"source": f"./{case.name}"}
            _write(folder / case.name, _document(case.example))
    terraform = {"required_providers": {"aws": {"source": "hashicorp/aws"}}}
    _write(folder, {"terraform": terraform, "provider": {"aws": _PROVIDER}, "module": calls})


def _document(example: Example) -> Mapping[str, Any]:
    return {"resource": example.resources, **{key: value for key, value in example.extra.items() if key != "//"}}


def _write(folder: Path, document: Mapping[str, Any]) -> None:
    write_atomically(folder / "main.tf.json", json.dumps(document, indent=2))
