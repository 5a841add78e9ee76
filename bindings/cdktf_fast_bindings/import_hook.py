"""The import hook for the AWS bindings: an empty parent package, and a smaller archive for jsii."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from cdktf_fast_bindings.archive_cache import LeanArchive
from cdktf_fast_bindings.distribution import ASSEMBLY, PACKAGE, Distribution, jsii_names
from cdktf_fast_bindings.generated_code import lean_spec

Prepared = tuple[Distribution, LeanArchive | None]
_CORE = frozenset({"cdktf", "constructs"})


class Mode(Enum):
    """How the bindings are loaded; see ``cdktf_fast_bindings.loading``."""

    LEAN = "lean"
    WHOLE = "whole"
    ORDINARY = "ordinary"


class BindingsHook(MetaPathFinder):
    """Decides at the first import of the bindings how to load them; does nothing for the ordinary import."""

    def __init__(
        self,
        *,
        mode: Mode,
        prepare: Callable[[Mode, frozenset[str], tuple[Path, ...]], Prepared | None],
        report: Callable[[str], None],
    ) -> None:
        self.mode = mode
        self.decided = False
        self._prepare, self._report = prepare, report
        self._submodules: frozenset[str] = frozenset()
        self._sources: tuple[Path, ...] = ()
        self._distribution: Distribution | None = None
        self._lean: LeanArchive | None = None
        self._assembly_loaded = False

    def add(self, *, submodules: Iterable[str], sources: tuple[Path, ...]) -> None:
        """Add submodules, and files whose imports name submodules; has no effect after the bindings are loaded."""
        self._submodules |= frozenset(submodules)
        self._sources = tuple(dict.fromkeys([*self._sources, *sources]))

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return the specification of a module of cdktf or of the bindings; None for other modules."""
        if fullname in _CORE:
            return lean_spec(fullname, None)
        if fullname == PACKAGE:
            self._decide()
        if self._distribution is None or fullname.partition(".")[0] != PACKAGE:
            return None
        if fullname == PACKAGE:
            return _spec(fullname, _EmptyParent(fullname, str(self._distribution.folder / "__init__.py")))
        if fullname == f"{PACKAGE}._jsii":
            return _spec(fullname, _Assembly(fullname, self._distribution, self._load_assembly))
        self._ensure_available(fullname.split(".")[1], self._distribution)
        return lean_spec(fullname, None if path is None else list(path))

    def _decide(self) -> None:
        prepared = self._prepare(self.mode, self._submodules, self._sources)
        self.decided = True
        if prepared is None:
            self.mode = Mode.ORDINARY
            return
        self._distribution, self._lean = prepared
        self.mode = Mode.WHOLE if self._lean is None else Mode.LEAN

    def _load_assembly(self, distribution: Distribution, module: ModuleType) -> None:
        """Load the archive into jsii's kernel with the Python modules of types not imported yet."""
        for needed in ("cdktf._jsii", "constructs._jsii"):
            importlib.import_module(needed)
        jsii = importlib.import_module("jsii")
        names = ASSEMBLY, distribution.version, PACKAGE, distribution.archive.name
        module.__dict__.update(_SUBMODULE_FQN_MAP=self._modules(distribution), __all__=["__jsii_assembly__"])
        try:
            assembly = jsii.JSIIAssembly.load(*names, _kernel=_Kernel(jsii.kernel, self._lean))
        except (RuntimeError, jsii.errors.JSIIError) as problem:
            if self._lean is None:
                raise
            self._use_whole(f"jsii cannot load the lean archive ({problem})")
            assembly = jsii.JSIIAssembly.load(*names)
        module.__dict__["__jsii_assembly__"] = assembly
        self._assembly_loaded = True

    def _modules(self, distribution: Distribution) -> dict[str, str]:
        if self._lean is not None:
            return self._lean.modules
        return {f"{ASSEMBLY}.{jsii}": f"{PACKAGE}.{python}" for python, jsii in jsii_names(distribution).items()}

    def _ensure_available(self, submodule: str, distribution: Distribution) -> None:
        """Switch to the whole archive for a submodule that no scanned file imports."""
        if self._lean is None or f"{PACKAGE}.{submodule}" in self._lean.modules.values():
            return
        if not distribution.has(submodule):
            return
        if self._assembly_loaded:
            raise ImportError(
                f"{PACKAGE}.{submodule} is not in the lean copy of the bindings that this process has loaded. "
                f'Fix: loading.install(submodules=["{submodule}"]) before the first import of a class, '
                "or CDKTF_FAST_BINDINGS=whole"
            )
        self._use_whole(f"{submodule} is not among the resource types in use")

    def _use_whole(self, reason: str) -> None:
        self._report(f"{reason}; using the archive as shipped (3 s more)")
        self._lean, self.mode = None, Mode.WHOLE


def _spec(fullname: str, loader: SourceFileLoader) -> ModuleSpec | None:
    folder = str(Path(loader.path).parent)
    return spec_from_file_location(fullname, loader.path, loader=loader, submodule_search_locations=[folder])


class _EmptyParent(SourceFileLoader):
    """Loads the parent package without its 2,135 imports; submodules are imported on first use."""

    def exec_module(self, module: ModuleType) -> None:
        """Let attributes of the package import submodules."""

        def load(name: str) -> Any:
            if not (Path(self.path).parent / name / "__init__.py").is_file():
                raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")
            return importlib.import_module(f"{PACKAGE}.{name}")

        module.__dict__["__getattr__"] = load


class _Assembly(SourceFileLoader):
    """Loads the package's ``_jsii`` module, whose only purpose is to load the archive."""

    def __init__(
        self, fullname: str, distribution: Distribution, load: Callable[[Distribution, ModuleType], None]
    ) -> None:
        super().__init__(fullname, str(distribution.folder / "_jsii" / "__init__.py"))
        self._distribution, self._load = distribution, load

    def exec_module(self, module: ModuleType) -> None:
        """Load the archive into jsii."""
        self._load(self._distribution, module)


class _Kernel:
    """jsii's kernel; loads the lean archive instead of the one in the package."""

    def __init__(self, kernel: Any, lean: LeanArchive | None) -> None:
        self._kernel, self._lean = kernel, lean

    def load(self, name: str, version: str, tarball: str) -> None:
        """Load the lean archive, or ``tarball`` where there is none."""
        self._kernel.load(name, version, str(self._lean.path) if self._lean else tarball)
