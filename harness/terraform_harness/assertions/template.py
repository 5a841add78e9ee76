"""Assertions over Terraform JSON: a synthesized stack, or a plan, with one API.

>>> template = Template.read(Path("cdktf.out/stacks/dev-foundation"))        # doctest: +SKIP
>>> template.every("aws_s3_bucket_public_access_block", block_public_acls=True)  # doctest: +SKIP
>>> template.any("aws_db_instance", storage_encrypted=True, kms_key_id=Match.reference("aws_kms_key"))  # doctest: +SKIP
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraform_harness.assertions.matchers import Capture, Match, Matcher, Mismatch, compare

__all__ = ["Capture", "Found", "Match", "Matcher", "Template"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One resource: where it is declared and what is declared."""

    address: str
    type: str
    values: Mapping[str, Any]


class Template:
    """The resources of a stack or of a plan, to be counted and compared with what they should be.

    Attribute values in an assertion are plain values (dictionaries match when what they name matches), lists (item by
    item) or matchers from :class:`Match`.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.resources = tuple(_planned(document) if "planned_values" in document else _declared(document))

    @classmethod
    def read(cls, path: Path) -> Template:
        """A file, or a folder with ``cdk.tf.json``, or a plan as ``terraform show -json`` gives it."""
        file = path / "cdk.tf.json" if path.is_dir() else path
        return cls(json.loads(file.read_text()))

    def of_type(self, kind: str) -> tuple[Found, ...]:
        return tuple(one for one in self.resources if one.type == kind)

    def one(self, address: str) -> Found:
        """The resource at ``address``; AssertionError names the nearest addresses when there is none."""
        for found in self.resources:
            if found.address == address:
                return found
        from difflib import get_close_matches

        near = get_close_matches(address, [one.address for one in self.resources], n=3, cutoff=0.4)
        raise AssertionError(f"no resource {address}; nearest: {', '.join(near) or 'none'}")

    def count(self, kind: str, expected: int, **attributes: Any) -> None:
        """Exactly ``expected`` resources of type ``kind`` have ``attributes``."""
        matching = [one for one in self.of_type(kind) if not compare(attributes, one.values)]
        if len(matching) != expected:
            named = ", ".join(one.address for one in matching) or "none"
            raise AssertionError(f"{expected} {kind} wanted with {attributes}, {len(matching)} found: {named}")

    def any(self, kind: str, **attributes: Any) -> Found:
        """At least one resource of type ``kind`` has ``attributes``; the first is returned.

        AssertionError shows the candidate that comes nearest and where it differs.
        """
        compared = [(compare(attributes, one.values), one) for one in self.of_type(kind)]
        for mismatches, found in compared:
            if not mismatches:
                return found
        raise AssertionError(_nearest(kind, attributes, compared))

    def every(self, kind: str, **attributes: Any) -> None:
        """All resources of type ``kind`` have ``attributes``, and there is at least one."""
        found = self.of_type(kind)
        if not found:
            raise AssertionError(f"no {kind} at all, so 'every' would say nothing; types: {sorted(self.types)}")
        wrong = [(one, compare(attributes, one.values)) for one in found]
        lines = [f"{one.address}: {mismatch}" for one, mismatches in wrong for mismatch in mismatches]
        if lines:
            raise AssertionError(f"not every {kind} matches:\n  " + "\n  ".join(lines))

    def none(self, kind: str, **attributes: Any) -> None:
        """No resource of type ``kind`` has ``attributes``."""
        self.count(kind, 0, **attributes)

    @property
    def types(self) -> frozenset[str]:
        return frozenset(one.type for one in self.resources)


def _nearest(kind: str, attributes: Mapping[str, Any], compared: list[tuple[list[Mismatch], Found]]) -> str:
    if not compared:
        return f"no {kind} at all"
    mismatches, found = min(compared, key=lambda pair: len(pair[0]))
    shown = "\n  ".join(map(str, mismatches))
    return f"none of {len(compared)} {kind} has {attributes}; nearest is {found.address}, which differs:\n  {shown}"


def _declared(document: Mapping[str, Any]) -> Iterator[Found]:
    for kind, named in document.get("resource", {}).items():
        for name, values in named.items():
            body = values[0] if isinstance(values, list) else values
            yield Found(address=f"{kind}.{name}", type=kind, values=body)


def _planned(document: Mapping[str, Any]) -> Iterator[Found]:
    yield from _of_module(document["planned_values"].get("root_module", {}), document)


def _of_module(module: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Found]:
    for one in module.get("resources", ()):
        if one.get("mode") == "managed":
            yield Found(address=one["address"], type=one["type"], values=one["values"])
    for child in module.get("child_modules", ()):
        yield from _of_module(child, document)
