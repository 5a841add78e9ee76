"""Assertions on a Terraform JSON configuration or on a plan, with one API for both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cached_property
from operator import methodcaller
from pathlib import Path
from typing import Any, Protocol

from terraform_harness.assertions.blocks import Document, Found, others_of, resources_of
from terraform_harness.assertions.matchers import Capture, Match, Matcher, Mismatch, compare
from terraform_harness.terraform import workspace
from terraform_harness.terraform.json_syntax import normalized

__all__ = ["Capture", "Found", "Match", "Matcher", "Template"]
# pytest ends the traceback of a failed assertion at the line of the test (`__tracebackhide__` in its documentation).
__tracebackhide__ = methodcaller("errisinstance", (AssertionError, workspace.WorkspaceError))


class SynthesizableStack(Protocol):
    """A ``cdktf.TerraformStack``."""

    def prepare_stack(self) -> None:
        """Complete the stack."""
        ...

    def to_terraform(self) -> Any:
        """Return its Terraform JSON."""
        ...


class Template:
    """The blocks of a configuration or of a plan.

    Expected attributes are plain values, dictionaries (attributes that they do not name are ignored), lists (compared
    item by item) or matchers from :class:`Match`. Types are resource types, and ``data.<type>``,
    ``ephemeral.<type>``, ``output``, ``variable``, ``provider.<name>`` and ``backend.<type>``.

    >>> stack = {"output": {"url": {"value": "https://example.com"}}, "provider": {"aws": [{"region": "eu-west-1"}]}}
    >>> Template(stack).any("provider.aws", region="eu-west-1").address
    'provider.aws'
    >>> Template(stack).one("output.url").values["value"]
    'https://example.com'
    """

    def __init__(self, document: Document, *, below: str = "") -> None:
        self.document = normalized(document)
        self._below = below

    @classmethod
    def read(cls, path: Path) -> Template:
        """Read a folder with ``*.tf.json`` files, one such file, or a plan in the form of ``terraform show -json``.

        Raises:
            WorkspaceError: There is nothing to read, or the folder holds HCL, whose attributes only a plan knows.
        """
        if path.is_file():
            return cls(workspace.read_json(path))
        document = workspace.read(path)
        if not workspace.is_json(path):
            raise workspace.WorkspaceError(
                f"{path}: contains HCL, whose attributes are known in a plan only. "
                f"Fix: plan it (fixture `offline_plan`) and pass the plan to Template(...)"
            )
        return cls(document)

    @classmethod
    def from_stack(cls, stack: SynthesizableStack) -> Template:
        """Synthesize a ``cdktf.TerraformStack``, without files."""
        stack.prepare_stack()
        return cls(json.loads(json.dumps(stack.to_terraform())))

    @cached_property
    def resources(self) -> tuple[Found, ...]:
        """The managed resources."""
        return tuple(resource for resource in resources_of(self.document) if self._is_below(resource))

    @cached_property
    def others(self) -> tuple[Found, ...]:
        """Data sources, ephemeral resources, outputs, variables, providers and the backend."""
        return tuple(block for block in others_of(self.document) if self._is_below(block))

    @property
    def types(self) -> frozenset[str]:
        """The types of all blocks."""
        return frozenset(block.type for block in (*self.resources, *self.others))

    def of_type(self, type_: str, /) -> tuple[Found, ...]:
        """Return every block of a type."""
        return tuple(block for block in (*self.resources, *self.others) if block.type == type_)

    def one(self, address: str, /) -> Found:
        """Return the block at ``address``.

        Raises:
            AssertionError: There is none; the message names the nearest addresses.
        """
        return self._nearest({block.address: block for block in (*self.resources, *self.others)}, address)

    def at(self, path: str, /) -> Found:
        """Return the resource of the construct at ``path``, with or without the stack's name, as cdktf records it.

        Raises:
            AssertionError: There is none; the message names the nearest paths.
        """
        by_path = {block.path: block for block in (*self.resources, *self.others) if block.path}
        shortened = {known.partition("/")[2]: block for known, block in by_path.items()}
        return shortened[path] if path in shortened else self._nearest(by_path, path)

    def below(self, path: str, /) -> Template:
        """Return a template with only the resources of the construct at ``path``.

        Raises:
            AssertionError: No resource is below ``path``.
        """
        limited = Template(self.document, below=path)
        if not limited.resources:
            paths = sorted({resource.path for resource in self.resources if resource.path})
            raise AssertionError(f"no resource below construct path {path}; paths: {', '.join(paths) or 'none'}")
        return limited

    def count(self, type_: str, expected: int, /, **attributes: Any) -> None:
        """Assert that exactly ``expected`` blocks of a type have ``attributes``.

        Raises:
            AssertionError: Their number differs, or an unknown value decides; the message names them.
        """
        compared = self._compared(type_, attributes)
        if expected and not compared:
            raise AssertionError(self._no_block(type_))
        undecided = [block for mismatches, block in compared if _only_unknown(mismatches)]
        if undecided:
            addresses = ", ".join(block.address for block in undecided)
            raise AssertionError(f"{type_} with {attributes}: values of {addresses} are known after apply")
        matching = [block for mismatches, block in compared if not mismatches]
        if len(matching) != expected:
            addresses = ", ".join(block.address for block in matching) or "none"
            raise AssertionError(f"expected {expected} {type_} with {attributes}, found {len(matching)}: {addresses}")

    def any(self, type_: str, /, **attributes: Any) -> Found:
        """Assert that at least one block of a type has ``attributes``, and return the first.

        Raises:
            AssertionError: There is none; the message shows the nearest candidate and its differences.
        """
        compared = self._compared(type_, attributes)
        for mismatches, block in compared:
            if not mismatches:
                return block
        if not compared:
            raise AssertionError(self._no_block(type_))
        mismatches, block = min(compared, key=lambda pair: len(pair[0]))
        lines = "\n  ".join(map(str, mismatches))
        raise AssertionError(
            f"none of {len(compared)} {type_} has {attributes}; nearest is {block.address}, which differs:\n  {lines}"
        )

    def every(self, type_: str, /, **attributes: Any) -> None:
        """Assert that all blocks of a type have ``attributes``, and that there is at least one.

        Raises:
            AssertionError: There is none, or some differ; the message lists the differences.
        """
        compared = self._compared(type_, attributes)
        if not compared:
            raise AssertionError(self._no_block(type_))
        lines = [f"{block.address}: {mismatch}" for mismatches, block in compared for mismatch in mismatches]
        if lines:
            raise AssertionError(f"not every {type_} matches:\n  " + "\n  ".join(lines))

    def none(self, type_: str, /, **attributes: Any) -> None:
        """Assert that no block of a type has ``attributes``.

        Raises:
            AssertionError: Some have, or an unknown value decides.
        """
        self.count(type_, 0, **attributes)

    def _compared(self, type_: str, attributes: Mapping[str, Any]) -> list[tuple[list[Mismatch], Found]]:
        return [(compare(attributes, block.values), block) for block in self.of_type(type_)]

    def _is_below(self, block: Found) -> bool:
        return not self._below or f"/{self._below}/" in f"/{block.path}/"

    def _no_block(self, type_: str) -> str:
        near = get_close_matches(type_, self.types, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        return f"no {type_}{hint}; types: {', '.join(sorted(self.types)) or 'none'}"

    @staticmethod
    def _nearest(blocks: Mapping[str, Found], key: str) -> Found:
        if key in blocks:
            return blocks[key]
        near = get_close_matches(key, blocks, n=3, cutoff=0.4)
        raise AssertionError(f"no resource {key}; nearest: {', '.join(near) or 'none'}")


def _only_unknown(mismatches: list[Mismatch]) -> bool:
    return bool(mismatches) and all(mismatch.unknown for mismatch in mismatches)
