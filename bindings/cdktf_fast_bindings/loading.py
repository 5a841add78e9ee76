"""Decides how the provider packages of CDKTF are loaded.

The first import of a class of the AWS package normally takes 10 to 27 s and 1 GB, because the package imports its 2,135
submodules and Node parses a description of all of them (measured 2026-11-22, 2 cores). ``install()`` adds an import
hook, so that ordinary imports load only what is used:

``lean``      only the submodules in use, Node reads a copy of the archive with those only (default)
``whole``     only the submodules in use, Node reads the archive as shipped
``ordinary``  no hook

The environment variable ``CDKTF_FAST_BINDINGS`` chooses one of them. All three synthesize the same bytes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from cdktf_fast_bindings import supported_versions
from cdktf_fast_bindings.archive_cache import lean_archive
from cdktf_fast_bindings.cached_references import cache_references
from cdktf_fast_bindings.distribution import AWS, find_distribution
from cdktf_fast_bindings.fork import in_use, use_fork
from cdktf_fast_bindings.import_hook import BindingsHook
from cdktf_fast_bindings.import_scan import submodules_in_use
from cdktf_fast_bindings.node_process import require_node, use_direct_node
from cdktf_fast_bindings.provider_package import Mode, Prepared

VARIABLE = "CDKTF_FAST_BINDINGS"
# jsii prints a banner of ten lines per process on these; the value is a list of major versions.
_QUIET_NODE = ("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")


def install(*, submodules: Iterable[str] = (), sources: Iterable[Path] = ()) -> None:
    """Make later imports of provider packages fast. May be called again until the first class is imported.

    Args:
        submodules: Submodules in use, for instance ``"cdktf_cdktf_provider_random.pet"``; a name without its package,
            ``"db_instance"``, belongs to the AWS package.
        sources: Files and folders whose imports name further submodules in use.

    Raises:
        ValueError: The environment variable ``CDKTF_FAST_BINDINGS`` or ``CDK`` has an unknown value.
    """
    os.environ.setdefault(*_QUIET_NODE)
    mode = _configured_mode()
    hook = _installed_hook()
    if hook is None and mode is not Mode.ORDINARY:
        hook = BindingsHook(mode=mode, prepare=_prepare, report=_report)
        sys.meta_path.insert(0, hook)
        if problem := supported_versions.problem_of_jsii():
            _report(problem)
        else:
            use_direct_node()
            cache_references()
    use_fork()
    if hook is not None:
        named = [name if "." in name else f"{AWS}.{name}" for name in submodules]
        hook.add(submodules=named, sources=tuple(sources))


def prepare(*, submodules: Iterable[str] = (), sources: Iterable[Path] = ()) -> None:
    """Call :func:`install` in a program that synthesizes at once: Node.js must be there too.

    Args:
        submodules: As for :func:`install`.
        sources: As for :func:`install`.

    Raises:
        ValueError: Node.js is missing, or the environment variable ``CDKTF_FAST_BINDINGS`` or ``CDK`` has an unknown
            value.
    """
    require_node()
    install(submodules=submodules, sources=sources)


def loaded(package: str = AWS) -> Mode | None:
    """Return how a provider package was loaded in this process; None while it is not loaded.

    Args:
        package: Its name in Python.
    """
    hook, name = _installed_hook(), in_use(package)
    if hook is not None and (mode := hook.loaded(name)):
        return mode
    return Mode.ORDINARY if name in sys.modules else None


def _configured_mode() -> Mode:
    value = os.environ.get(VARIABLE) or Mode.LEAN.value
    if value not in [mode.value for mode in Mode]:
        raise ValueError(f"{VARIABLE}: must be lean, whole or ordinary, got {value!r}. Fix: unset it")
    return Mode(value)


def _installed_hook() -> BindingsHook | None:
    return next((finder for finder in sys.meta_path if isinstance(finder, BindingsHook)), None)


def _prepare(package: str, mode: Mode, wanted: frozenset[str], sources: tuple[Path, ...]) -> Prepared | None:
    """Return what the hook loads; None for the ordinary import, with the reason on standard error."""
    distribution = find_distribution(package)
    if distribution is None:
        return None
    if problem := supported_versions.problem_of(distribution):
        _report(problem)
        return None
    if mode is Mode.WHOLE:
        return distribution, None
    names = [in_use(name).split(".") for name in wanted | submodules_in_use(sources)]
    try:
        used = frozenset(name for found, name in names if found == package)
        return distribution, lean_archive(distribution, used, report=_report)
    except (OSError, ValueError) as problem:
        _report(f"{problem}; using the archive as shipped (3 s more)")
        return distribution, None


def _report(message: str) -> None:
    print(f"cdktf-fast-bindings: {message}", file=sys.stderr, flush=True)
