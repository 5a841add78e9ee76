"""The files of a module other than its code: README, example, and the interface for comparisons."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from modules.export import hcl
from modules.export.build import Module
from modules.export.diagram import mermaid
from modules.export.examples import REGION
from modules.export.file_layout import PROVIDER, REQUIRED_TERRAFORM
from modules.export.inputs import Input
from modules.export.module_call import call, example_values, standalone_values
from modules.export.permissions import policy

REQUIREMENTS = f"""## Requirements

| name | version |
|---|---|
| terraform | {REQUIRED_TERRAFORM} |
| aws | {PROVIDER["version"]} |"""
EXAMPLE = "examples/complete/main.tf"
INTERFACE = "interface.json"
LICENSE = Path(__file__).parents[2] / "LICENSE"


def companions(module: Module) -> dict[str, str]:
    """README, licence, example and interface by their path in the module's folder."""
    return {
        "README.md": _readme(module),
        "LICENSE": LICENSE.read_text(),
        EXAMPLE: _example(module),
        INTERFACE: _interface(module),
    }


def index(modules: Sequence[Module]) -> str:
    """The README of the folder that holds all modules."""
    head = [
        "# Modules for Apache Airflow on AWS Fargate\n",
        "Each folder is a self-contained Terraform module without provider and backend configuration.\n",
        "| module | purpose |\n|---|---|",
    ]
    rows = [f"| [{module.name}]({module.name}/README.md) | {_cell(module.purpose)} |" for module in modules]
    return "\n".join([*head, *rows]) + "\n"


def _example(module: Module) -> str:
    region = next((item.example for item in module.inputs if item.name == "region"), REGION)
    provider = "\n".join(hcl.block("provider", ("aws",), {"region": region}))
    return f"{provider}\n\n{call(module, source='../..', values=standalone_values(module))}"


def _readme(module: Module) -> str:
    parts = [
        f"# {module.name}\n\n{module.purpose}",
        f"An arrow points to what a resource refers to.\n\n```mermaid\n{mermaid(module.sections)}\n```",
        _usage(module),
        f"## Steps before and after apply\n\n{module.steps}" if module.steps else "",
        _ephemeral(module),
        REQUIREMENTS,
        _permissions(module),
        _inputs(module),
        _fixed(module),
        _outputs(module),
        _resources(module),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _usage(module: Module) -> str:
    block = call(module, source="./" + module.name, values=example_values(module))
    return (
        "The calling root configures the provider, its default tags and the backend.\n\n"
        f"## Usage\n\n```hcl\n{block}```\n\nA runnable root is in `{EXAMPLE.rpartition('/')[0]}`.\n"
        "`terraform init && terraform test` runs the tests in `tests/`, without an AWS account."
    )


def _ephemeral(module: Module) -> str:
    found = sorted(f"{kind}.{name}" for kind, items in module.sections.get("ephemeral", {}).items() for name in items)
    if not found:
        return ""
    intro = (
        "Terraform reads or generates these values during an apply; no plan and no state contains them.\n"
        "The role that runs Terraform needs permissions for the AWS calls of these resources."
    )
    return "\n".join([f"## Ephemeral resources\n\n{intro}\n", *(f"- `{address}`" for address in found)])


def _permissions(module: Module) -> str:
    intro = (
        "The role that runs Terraform needs these IAM actions. Limit the resources where the service\n"
        "supports it, as the deploy role of the module `ci-roles` does."
    )
    return f"## Permissions\n\n{intro}\n\n```json\n{policy(module.sections)}\n```"


def _inputs(module: Module) -> str:
    rows = [
        f"| `{item.name}` | {_cell(item.description)} | `{_short_type(item)}` | {_default(item)} | {_rules(item)} |"
        for item in sorted(module.inputs, key=lambda item: (not item.required, item.name))
    ]
    table = ["## Inputs\n\n| name | description | type | default | accepted |\n|---|---|---|---|---|", *rows]
    return "\n".join([*table, *(_attributes(item) for item in module.inputs if item.attributes)])


def _short_type(item: Input) -> str:
    """The type; attributes have their own table."""
    return "map(object)" if item.attributes else item.type


def _attributes(item: Input) -> str:
    """The attributes of the objects in the input ``item``."""
    rows = [
        f"| `{attribute.name}` | {_cell(attribute.description)} | `{' '.join(attribute.type.split())}` "
        f"| {'optional' if attribute.default is None else _default(attribute)} |"
        for attribute in item.attributes
    ]
    head = "| name | description | type | default |\n|---|---|---|---|"
    return "\n".join([f"\nAttributes of `{item.name}`:\n\n{head}", *rows])


def _fixed(module: Module) -> str:
    """The structural values that this module's construct uses."""
    if not module.fixed:
        return ""
    rows = [
        f"| `{name}` | `{json.dumps(value, default=str)}` | {module.reasons.get(name, '')} |"
        for name, value in sorted(module.fixed.items())
    ]
    intro = (
        "These values are part of the module's code, because they decide which resources exist, or Python computes\n"
        "with them. To change one, export the module from an environment with another value (`--like`)."
    )
    return "\n".join([f"## Fixed at export\n\n{intro}\n\n| name | value | reason |\n|---|---|---|", *rows])


def _outputs(module: Module) -> str:
    rows = [f"| `{name}` | {_cell(body['description'])} |" for name, body in sorted(module.outputs.items())]
    return "\n".join(["## Outputs\n\n| name | description |\n|---|---|", *rows]) if rows else ""


def _resources(module: Module) -> str:
    found = [*addresses(module), *data_addresses(module)]
    return "\n".join(["## Resources\n", *(f"- `{address}`" for address in found)])


def addresses(module: Module) -> list[str]:
    """Addresses of all resources inside the module."""
    return sorted(f"{kind}.{name}" for kind, items in module.sections.get("resource", {}).items() for name in items)


def data_addresses(module: Module) -> list[str]:
    """Addresses of all data sources inside the module."""
    return sorted(f"data.{kind}.{name}" for kind, items in module.sections.get("data", {}).items() for name in items)


def _default(item: Input) -> str:
    return "required" if item.required else f"`{json.dumps(item.default)}`"


def _rules(item: Input) -> str:
    return _cell(" ".join(rule.message.removeprefix(f"{item.name} must be ") for rule in item.rules))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _interface(module: Module) -> str:
    """Inputs, outputs, and the resources with their arguments, which distinguish a renamed resource from a new one."""
    inputs = {
        item.name: {
            "type": item.type,
            "required": item.required,
            **({} if item.required else {"default": item.default}),
            "accepted": [rule.condition for rule in item.rules],
        }
        for item in module.inputs
    }
    resources = module.sections.get("resource", {})
    bodies = {f"{kind}.{name}": body for kind, items in resources.items() for name, body in items.items()}
    content = {
        "name": module.name,
        "requires": {"terraform": REQUIRED_TERRAFORM, "aws": PROVIDER["version"]},
        "inputs": inputs,
        "outputs": {name: body["value"] for name, body in module.outputs.items()},
        "resources": bodies,
    }
    return json.dumps(content, indent=2, sort_keys=True) + "\n"
