"""The import hook: finds the modules of cdktf and of provider packages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from cdktf_fast_bindings.distribution import PROVIDER
from cdktf_fast_bindings.generated_code import lean_spec
from cdktf_fast_bindings.provider_package import Mode, Prepare, ProviderPackage, Report

_CORE = frozenset({"cdktf", "cdktn", "constructs"})


class BindingsHook(MetaPathFinder):
    """Decides at the first import of a provider package how to load it; does nothing for the ordinary import."""

    def __init__(self, *, mode: Mode, prepare: Prepare, report: Report) -> None:
        self._mode, self._prepare, self._report = mode, prepare, report
        self._packages: dict[str, ProviderPackage] = {}
        self._submodules: frozenset[str] = frozenset()
        self._sources: tuple[Path, ...] = ()

    def add(self, *, submodules: Iterable[str], sources: tuple[Path, ...]) -> None:
        """Add submodules, and files whose imports name submodules; has no effect on packages that are loaded."""
        self._submodules |= frozenset(submodules)
        self._sources = tuple(dict.fromkeys([*self._sources, *sources]))

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return the specification of a module of cdktf or of a provider package; None for other modules."""
        if fullname in _CORE:
            return lean_spec(fullname, None)
        package, _, submodule = fullname.partition(".")
        if not PROVIDER.fullmatch(package):
            return None
        if not submodule and package not in self._packages:
            prepared = self._prepare(package, self._mode, self._submodules, self._sources)
            self._packages[package] = ProviderPackage(prepared, report=self._report)
        found = self._packages.get(package)
        return found.spec(fullname, submodule, path) if found else None

    def loaded(self, package: str) -> Mode | None:
        """Return how a package was loaded; None while it is not loaded through this hook."""
        found = self._packages.get(package)
        return found.mode if found else None
