"""Loads one provider package: an empty parent package, and a smaller archive for jsii."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from enum import Enum
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from cdktf_fast_bindings.archive_cache import LeanArchive
from cdktf_fast_bindings.distribution import Distribution, jsii_names
from cdktf_fast_bindings.generated_code import lean_spec

Report = Callable[[str], None]
Prepared = tuple[Distribution, LeanArchive | None]


class Mode(Enum):
    """How the bindings are loaded; see ``cdktf_fast_bindings.loading``."""

    LEAN = "lean"
    WHOLE = "whole"
    ORDINARY = "ordinary"


Prepare = Callable[[str, Mode, frozenset[str], tuple[Path, ...]], Prepared | None]


class ProviderPackage:
    """One provider package in this process.

    Attributes:
        mode: How it is loaded.
    """

    def __init__(self, prepared: Prepared | None, *, report: Report) -> None:
        self._distribution: Distribution | None = prepared[0] if prepared else None
        self._lean: LeanArchive | None = prepared[1] if prepared else None
        self._report = report
        self._assembly_loaded = False
        self.mode = Mode.ORDINARY if prepared is None else Mode.LEAN if self._lean else Mode.WHOLE

    def spec(self, fullname: str, submodule: str, path: Sequence[str] | None) -> ModuleSpec | None:
        """Return the specification of the package or of a module in it; None for the ordinary import."""
        distribution = self._distribution
        if distribution is None:
            return None
        if not submodule:
            return _spec(fullname, _EmptyParent(fullname, str(distribution.folder / "__init__.py")))
        if submodule == "_jsii":
            return _spec(fullname, _Assembly(fullname, distribution, self._load_assembly))
        self._ensure_available(submodule.partition(".")[0], distribution)
        return lean_spec(fullname, None if path is None else list(path))

    def _load_assembly(self, distribution: Distribution, module: ModuleType) -> None:
        """Load the archive into jsii's kernel with the Python modules of types not imported yet."""
        for needed in (f"{distribution.core}._jsii", "constructs._jsii"):
            importlib.import_module(needed)
        jsii = importlib.import_module("jsii")
        names = distribution.assembly, distribution.version, distribution.package, distribution.archive.name
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
        names = jsii_names(distribution).items()
        return {f"{distribution.assembly}.{jsii}": f"{distribution.package}.{python}" for python, jsii in names}

    def _ensure_available(self, submodule: str, distribution: Distribution) -> None:
        """Switch to the whole archive for a submodule that no scanned file imports."""
        name = f"{distribution.package}.{submodule}"
        if self._lean is None or name in self._lean.modules.values() or not distribution.has(submodule):
            return
        if self._assembly_loaded:
            raise ImportError(
                f"{name} is not in the lean copy of the bindings that this process has loaded. "
                f'Fix: cdktf_fast_bindings.install(submodules=["{name}"]) before the first import of a class, '
                "or CDKTF_FAST_BINDINGS=whole"
            )
        self._use_whole(f"{name} is not among the resource types in use")

    def _use_whole(self, reason: str) -> None:
        self._report(f"{reason}; using the archive as shipped (3 s more)")
        self._lean, self.mode = None, Mode.WHOLE


def _spec(fullname: str, loader: SourceFileLoader) -> ModuleSpec | None:
    folder = str(Path(loader.path).parent)
    return spec_from_file_location(fullname, loader.path, loader=loader, submodule_search_locations=[folder])


class _EmptyParent(SourceFileLoader):
    """Loads the package without the imports of its submodules (2,135 for AWS), which are imported on first use."""

    def exec_module(self, module: ModuleType) -> None:
        """Let attributes of the package import submodules."""
        package = module.__name__

        def load(name: str) -> Any:
            if not (Path(self.path).parent / name / "__init__.py").is_file():
                raise AttributeError(f"module {package!r} has no attribute {name!r}")
            return importlib.import_module(f"{package}.{name}")

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
