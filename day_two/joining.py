"""Many environments in one Terraform root: a module for each, which contains all of its stacks.

A plan of the AWS provider costs seconds before it looks at the first resource. In one root, hundreds of changed
environments cost that once, and every change still has its own plan.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Document = Mapping[str, Any]
REMOTE = "data.terraform_remote_state.foundation.outputs."
_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+")


@dataclass(frozen=True)
class Module:
    """All stacks of an environment as one module, in which locals replace the remote state of the foundation.

    Args:
        nodes: resources, ephemeral resources and locals by address (``aws_vpc.network``, ``local.vpc_id``).
        stack_of: the name of the stack of each resource.
        provider: the settings of the provider.
        required: the required providers.
    """

    nodes: Mapping[str, Any] = field(repr=False)
    stack_of: Mapping[str, str] = field(repr=False)
    provider: Document = field(repr=False)
    required: Document = field(repr=False)

    def document(self) -> dict[str, Any]:
        """The module in Terraform JSON."""
        found: dict[str, Any] = {"terraform": {"required_providers": self.required}}
        for address in sorted(self.nodes):
            kind, _, name = address.removeprefix("ephemeral.").partition(".")
            if kind == "local":
                found.setdefault("locals", {})[name] = self.nodes[address]
            else:
                block = "ephemeral" if address.startswith("ephemeral.") else "resource"
                found.setdefault(block, {}).setdefault(kind, {})[name] = self.nodes[address]
        return found

    def references(self) -> dict[str, set[str]]:
        """The nodes that each node refers to."""
        return {
            address: {name for found in _NAME.findall(json.dumps(body)) for name in _prefixes(found)}
            & self.nodes.keys()
            for address, body in self.nodes.items()
        }


def _prefixes(text: str) -> Iterable[str]:
    """``aws_vpc.network`` and ``aws_vpc.network.id`` of ``aws_vpc.network.id``."""
    steps = text.split(".")
    return (".".join(steps[:size]) for size in range(2, min(len(steps), 3) + 1))


def joined(stacks: Mapping[str, Document]) -> Module:
    """All stacks of an environment as one module.

    Args:
        stacks: Terraform JSON by the name of the stack.

    Raises:
        ValueError: two stacks have a resource with the same address.
    """
    nodes: dict[str, Any] = {}
    stack_of: dict[str, str] = {}
    for stack, document in stacks.items():
        text = json.dumps({block: document.get(block, {}) for block in ("resource", "ephemeral", "locals")})
        blocks = json.loads(text.replace(REMOTE, "local."))
        for block, prefix in (("resource", ""), ("ephemeral", "ephemeral.")):
            for kind, named in blocks[block].items():
                for name, body in named.items():
                    address = f"{prefix}{kind}.{name}"
                    if address in nodes:
                        raise ValueError(f"{stack_of[address]} and {stack} both have {address}")
                    nodes[address] = {key: value for key, value in body.items() if key != "//"}
                    stack_of[address] = stack
        nodes |= {f"local.{name}": value for name, value in blocks["locals"].items()}
        if "terraform_remote_state" not in document.get("data", {}):
            nodes |= {f"local.{name}": output["value"] for name, output in document.get("output", {}).items()}
    largest = max(stacks.values(), key=lambda document: len(document.get("resource", {})))  # not that of the account
    return Module(nodes, stack_of, largest["provider"]["aws"][0], largest["terraform"]["required_providers"])


@dataclass(frozen=True)
class Reach:
    """What a change can have an effect on.

    Args:
        planned: the nodes that a plan must contain.
        known: the resources that these refer to, and that keep their values.
        removed: the resources that the changed module lacks.
    """

    planned: set[str]
    known: set[str]
    removed: set[str]


def affected(before: Module, after: Module) -> Reach:
    """What the change from ``before`` to ``after`` reaches.

    A resource with the same arguments, all of whose references have the same values, has an empty plan. What remains
    are the changed nodes and the nodes that refer to them at any distance, with the locals and ephemeral resources
    that these refer to.
    """
    references = after.references()
    users: dict[str, set[str]] = {}
    for address, targets in references.items():
        for target in targets:
            users.setdefault(target, set()).add(address)
    removed = {address for address in before.stack_of if address not in after.nodes}
    other_provider = before.provider != after.provider
    different = {
        address for address, body in after.nodes.items() if other_provider or before.nodes.get(address) != body
    }
    changing = _closure(different, users)
    unstored = {address: targets for address, targets in references.items() if not _is_stored(address)}
    found = _closure(changing.union(*(references[address] for address in changing)), unstored)
    known = {address for address in found - changing if _is_stored(address)}
    return Reach(found - known, known, {address for address in removed if _is_stored(address)})


def _is_stored(address: str) -> bool:
    """Whether the state contains the node: it is a managed resource."""
    return not address.startswith(("local.", "ephemeral."))


def _closure(start: set[str], edges: Mapping[str, set[str]]) -> set[str]:
    found, waiting = set(start), list(start)
    while waiting:
        for target in edges.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def copied(state: Document, *, applied: str, module: str, addresses: set[str]) -> list[dict[str, Any]]:
    """The resources ``addresses`` of the applied module in a state file, as resources of another module.

    Args:
        state: the state file of a root with modules.
        applied: name of the applied module.
        module: name of the new module.
        addresses: addresses in the module.
    """
    return [
        _moved(resource, applied, module)
        for resource in state["resources"]
        if resource.get("module") == f"module.{applied}" and f"{resource['type']}.{resource['name']}" in addresses
    ]


def _moved(resource: Document, applied: str, module: str) -> dict[str, Any]:
    moved = copy.deepcopy(dict(resource))
    moved["module"] = f"module.{module}"
    for instance in moved["instances"]:
        instance["dependencies"] = [
            address.replace(f"module.{applied}.", f"module.{module}.", 1)
            for address in instance.get("dependencies", ())
        ]
    return moved
