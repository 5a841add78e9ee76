r"""Finds the top-level blocks of ``*.tf`` files, without evaluating them.

>>> text = 'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n'
>>> [block] = blocks(text)
>>> block.type, block.labels, block.literal("cidr_block")
('resource', ('aws_vpc', 'main'), '10.0.0.0/16')
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER = re.compile(r'^(?P<type>[a-z_]+)(?P<labels>(?:[ \t]+"[^"\n]+")*)[ \t]*\{', re.MULTILINE)
_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|(#|//)[^\n]*|/\*.*?\*/', re.DOTALL)
_BACKEND = re.compile(r'^\s*(?:backend\s+"(?P<backend>\w+)"|(?P<cloud>cloud))\s*\{', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A top-level block, for instance ``resource "aws_vpc" "main" {...}``; ``start`` and ``end`` are offsets."""

    type: str
    labels: tuple[str, ...]
    body: str
    start: int
    end: int

    def literal(self, name: str) -> str | None:
        """Return the literal string of the attribute ``name``; None when it is absent or an expression."""
        found = re.search(rf'^\s*{re.escape(name)}\s*=\s*"([^"$\n]*)"\s*$', self.body, re.MULTILINE)
        return found[1] if found else None

    @property
    def backend(self) -> str | None:
        """The backend type of a ``terraform`` block; ``cloud`` for HCP Terraform."""
        found = _BACKEND.search(self.body)
        return (found["backend"] or found["cloud"]) if found else None


def blocks(text: str) -> Iterator[Block]:
    """Yield the top-level blocks of ``text``."""
    code = _without_comments(text)
    position = 0
    while header := _HEADER.search(code, position):
        end = _closing_brace(code, header.end())
        labels = tuple(re.findall(r'"([^"]+)"', header["labels"]))
        body = code[header.end() : end - 1]
        yield Block(type=header["type"], labels=labels, body=body, start=header.start(), end=end)
        position = end


def _without_comments(text: str) -> str:
    """Replace comments by spaces, so that offsets stay."""

    def blank(match: re.Match[str]) -> str:
        return match[0] if match[0].startswith('"') else re.sub(r"[^\n]", " ", match[0])

    return _COMMENT.sub(blank, text)


def _closing_brace(code: str, position: int) -> int:
    depth = 1
    while depth and position < len(code):
        depth += {"{": 1, "}": -1}.get(code[position], 0)
        position += 1
    return position
