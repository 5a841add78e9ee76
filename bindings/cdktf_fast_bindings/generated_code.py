"""jsii's generated Python without assertions, docstrings and casts, its annotations left as text.

Node checks every value that reaches it once more.
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

# What ``python -OO`` does, and PEP 563: thousands of annotations would be evaluated at each start, and never looked at.
_LEVEL, _FLAGS = 2, __future__.annotations.compiler_flag
# Bytecode of a kind of its own beside the ordinary one.
_KIND = "2lean"
_HEADER = 16
_version = functools.cache(metadata.version)


class LeanCode(SourceFileLoader):
    """A module as ``python -OO`` loads it: a third of the time of a call into jsii went into type hints."""

    def get_code(self, fullname: str) -> CodeType | None:  # noqa: ARG002
        """The module's code, from bytecode beside the source where that is fresh."""
        source, cached = Path(self.path), Path(cache_from_source(self.path, optimization=_KIND))
        code = _fresh(cached, source)
        if code is None:
            header = _header(source)
            tree = _WithoutCasts().visit(ast.parse(self.get_data(self.path)))
            code = compile(tree, self.path, "exec", flags=_FLAGS, dont_inherit=True, optimize=_LEVEL)
            with contextlib.suppress(OSError):  # a read-only installation is compiled each time
                _keep(header + marshal.dumps(code), cached)
        return code

    def exec_module(self, module: ModuleType) -> None:
        """Run it. Each of the generated modules asks for the version of a package that only its assertions use."""
        asked = metadata.version
        metadata.version = _version
        try:
            super().exec_module(module)
        finally:
            metadata.version = asked


def lean_spec(fullname: str, path: list[str] | None) -> ModuleSpec | None:
    """Where Python would find this module, to be loaded as lean code; None: as Python would load it."""
    spec = PathFinder.find_spec(fullname, path)
    if spec is not None and type(spec.loader) is SourceFileLoader:
        spec.loader = LeanCode(fullname, spec.loader.path)
    return spec


class _WithoutCasts(ast.NodeTransformer):
    """``typing.cast(X, value)`` is ``value``, but for the time it takes to make an X, at each call."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        return node.args[1] if ast.unparse(node.func) == "typing.cast" else node


def _fresh(cached: Path, source: Path) -> CodeType | None:
    try:
        content = cached.read_bytes()
        if content[:_HEADER] != _header(source):
            return None
        code = marshal.loads(content[_HEADER:])  # noqa: S302 as Python itself does with such a file
    except (OSError, EOFError, ValueError, TypeError):
        return None
    return code if isinstance(code, CodeType) else None


def _header(source: Path) -> bytes:
    """What Python writes before bytecode that is valid for one time and size of its source."""
    made = source.stat()
    stamp = (int(made.st_mtime) & 0xFFFFFFFF, made.st_size & 0xFFFFFFFF)
    return MAGIC_NUMBER + bytes(4) + b"".join(part.to_bytes(4, "little") for part in stamp)


def _keep(content: bytes, cached: Path) -> None:
    cached.parent.mkdir(exist_ok=True)
    temporary = cached.with_name(f"{cached.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(cached)
    finally:
        temporary.unlink(missing_ok=True)
