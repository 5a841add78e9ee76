"""Fenced blocks of the documentation, with the comment before each that says how the block is checked.

| comment | meaning |
|---|---|
| ``run``, ``run: exit N`` | run in a copy of the project, which ends with 0 or N and prints the lines shown |
| ``file: PATH`` | the text is written to PATH of the copy before later commands run |
| ``patch`` | the difference is applied to the copy before later commands run |
| ``test: FILE::NAME`` | a test runs the commands |
| ``not run: REASON`` | the commands are only parsed |
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.repository import ROOT

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
SHELL = {"console", "bash", "sh", "shell"}
_BLOCK = re.compile(
    r"(?:^<!-- (?P<marker>[^\n]*?) -->\n+)?^```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^```$", re.M | re.S
)
KINDS = ("run", "file", "patch", "test", "not run")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Args:
        page: file of the page.
        line: line of the fence.
        language: word after the fence.
        kind: one of ``KINDS``; empty without a comment.
        value: text after the colon of the comment.
        text: the text between the fences.
    """

    page: Path
    line: int
    language: str
    kind: str
    value: str
    text: str

    @property
    def location(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def commands(self) -> tuple[tuple[str, str], ...]:
        """Each command with the output shown after it."""
        parts = re.split(r"^\$ ", self.text, flags=re.M)[1:]
        return tuple((line.split("  #")[0].strip(), rest) for part in parts for line, _, rest in [part.partition("\n")])


def blocks(page: Path, text: str | None = None) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8") if text is None else text
    for found in _BLOCK.finditer(text):
        kind, _, value = (found["marker"] or "").partition(":")
        known = kind.strip() if kind.strip() in KINDS else ""
        line = text.count("\n", 0, found.start("language")) + 1
        yield Block(page, line, found["language"], known, value.strip(), found["text"])


def all_blocks() -> list[Block]:
    """The fenced blocks of all pages."""
    return [block for page in PAGES for block in blocks(page)]


def has_output(shown: str, printed: str) -> bool:
    """Whether ``printed`` contains the lines of ``shown`` in this order; ``...`` matches any text in a line."""
    lines = iter(" ".join(line.split()) for line in printed.splitlines())
    for wanted in shown.splitlines():
        words = " ".join(wanted.split())
        if words and words != "...":
            pattern = ".*".join(re.escape(part) for part in words.split("..."))
            if not any(re.fullmatch(pattern, line) for line in lines):
                return False
    return True
