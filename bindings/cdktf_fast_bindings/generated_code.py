"""Loads jsii's generated Python without assertions, docstrings and casts, and with annotations as text.

The assertions are redundant: Node checks every value that it receives.
"""

from __future__ import annotations
import __future__

import ast
import contextlib
import functools
import marshal
import os
from importlib import metadata
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from types import CodeType, ModuleType

# As ``python -OO``, plus PEP 563: evaluating thousands of unused annotations takes time at each start.
_LEVEL, _FLAGS = 2, __future__.annotations.compiler_flag
# The optimization tag in the file name of the bytecode, so that ordinary bytecode stays.
_TAG = "2lean"
_HEADER = 16
_version = functools.cache(metadata.version)


class LeanCode(SourceFileLoader):
    """Loads a module as ``python -OO`` does: type hints took a third of the time of a call into jsii."""

    def get_code(self, fullname: str) -> CodeType | None:  # noqa: ARG002
        """Return the code of the module, from bytecode in ``__pycache__`` where that is up to date."""
        source, cached = Path(self.path), Path(cache_from_source(self.path, optimization=_TAG))
        code = _fresh(cached, source)
        if code is None:
            header = _header(source)
            tree = _WithoutCasts().visit(ast.parse(self.get_data(self.path)))
            code = compile(tree, self.path, "exec", flags=_FLAGS, dont_inherit=True, optimize=_LEVEL)
            with contextlib.suppress(OSError):  # a read-only installation is compiled at each start
                _store(header + marshal.dumps(code), cached)
        return code

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module. Generated modules look up the version of a package that only their assertions use."""
        original = metadata.version
        metadata.version = _version
        try:
            super().exec_module(module)
        finally:
            metadata.version = original


def lean_spec(fullname: str, path: list[str] | None) -> ModuleSpec | None:
    """Return the specification of a module, to be loaded as lean code; None where Python does not find it."""
    spec = PathFinder.find_spec(fullname, path)
    if spec is not None and type(spec.loader) is SourceFileLoader:
        spec.loader = LeanCode(fullname, spec.loader.path)
    return spec


class _WithoutCasts(ast.NodeTransformer):
    """Replaces ``typing.cast(X, value)`` by ``value``: evaluating X takes time at each call."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Replace a call of ``typing.cast``."""
        self.generic_visit(node)
        return node.args[1] if ast.unparse(node.func) == "typing.cast" else node


def _fresh(cached: Path, source: Path) -> CodeType | None:
    try:
        content = cached.read_bytes()
        if content[:_HEADER] != _header(source):
            return None
        code = marshal.loads(content[_HEADER:])  # noqa: S302 as Python does
    except (OSError, EOFError, ValueError, TypeError):
        return None
    return code if isinstance(code, CodeType) else None


def _header(source: Path) -> bytes:
    """Return the header of bytecode that is valid for the modification time and size of its source."""
    status = source.stat()
    stamp = (int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF)
    return MAGIC_NUMBER + bytes(4) + b"".join(part.to_bytes(4, "little") for part in stamp)


def _store(content: bytes, cached: Path) -> None:
    cached.parent.mkdir(parents=True, exist_ok=True)
    temporary = cached.with_name(f"{cached.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(cached)
    finally:
        temporary.unlink(missing_ok=True)
