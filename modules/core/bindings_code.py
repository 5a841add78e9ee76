"""jsii's generated Python without its assertions and docstrings: Node checks every value that reaches it once more."""

from __future__ import annotations

import contextlib
import marshal
import py_compile
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from types import CodeType

# What ``python -OO`` would use; the files lie beside the ordinary bytecode and serve it too.
_LEVEL = 2
_HEADER = 16


class LeanCode(SourceFileLoader):
    """A module as ``python -OO`` loads it: a third of the time of a call into jsii went into type hints."""

    def get_code(self, fullname: str) -> CodeType | None:  # noqa: ARG002
        """The module's code, from bytecode beside the source where that is fresh."""
        cached = Path(cache_from_source(self.path, optimization=_LEVEL))
        if (code := _fresh(cached, Path(self.path))) is not None:
            return code
        with contextlib.suppress(OSError, py_compile.PyCompileError):  # a read-only installation is compiled each time
            py_compile.compile(self.path, cfile=str(cached), doraise=True, optimize=_LEVEL)
        return compile(self.get_data(self.path), self.path, "exec", dont_inherit=True, optimize=_LEVEL)


def lean_spec(fullname: str, path: list[str] | None) -> ModuleSpec | None:
    """Where Python would find this module, to be loaded as lean code; None: as Python would load it."""
    spec = PathFinder.find_spec(fullname, path)
    if spec is not None and type(spec.loader) is SourceFileLoader:
        spec.loader = LeanCode(fullname, spec.loader.path)
    return spec


def _fresh(cached: Path, source: Path) -> CodeType | None:
    try:
        content, made = cached.read_bytes(), source.stat()
        stamp = (int(made.st_mtime) & 0xFFFFFFFF, made.st_size & 0xFFFFFFFF)
        if content[:_HEADER] != MAGIC_NUMBER + bytes(4) + b"".join(part.to_bytes(4, "little") for part in stamp):
            return None
        code = marshal.loads(content[_HEADER:])  # noqa: S302 as Python itself does with such a file
    except (OSError, EOFError, ValueError, TypeError):
        return None
    return code if isinstance(code, CodeType) else None
