"""Finds the submodules of provider packages that Python files import."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from cdktf_fast_bindings.distribution import PROVIDER

# The fields of the syntax tree that hold statements.
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def submodules_in_use(sources: Iterable[Path]) -> frozenset[str]:
    """Return the submodules that files, and the Python files of folders, import.

    For instance ``{"cdktf_cdktf_provider_aws.db_instance"}``.

    A file that Python cannot parse is skipped: its own import reports the error.
    """
    return frozenset(name for path in _files(sources) for name in _imported(path))


def _files(sources: Iterable[Path]) -> Iterator[Path]:
    for source in sources:
        if source.is_dir():
            yield from sorted(source.rglob("*.py"))
        elif source.is_file():
            yield source


def _imported(path: Path) -> Iterator[str]:
    text = path.read_bytes()
    if b"_provider_" not in text:
        return
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            yield from filter(None, (_submodule(alias.name) for alias in node.names))
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from filter(None, (_submodule(f"{node.module}.{alias.name}") for alias in node.names))


def _submodule(name: str) -> str | None:
    """Return the package and the submodule in a dotted name; None unless it is in a provider package."""
    package, _, rest = name.partition(".")
    return f"{package}.{rest.partition('.')[0]}" if rest and PROVIDER.fullmatch(package) else None


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield every statement at any depth; skipping expressions makes this fast."""
    for name in _BLOCKS:
        for node in getattr(tree, name, ()):
            yield node
            yield from _statements(node)
