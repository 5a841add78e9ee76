"""The one place that decides how cdktf's AWS bindings are loaded.

Imported in the ordinary way, the first class of the bindings costs 10 to 27 s and about 1 GB, because the package
imports its 2,135 submodules and Node parses a description of all of them (our measurement, 2026-11-22, 2 cores).
``install()`` puts an import hook in front, so that constructs keep writing ordinary imports and pay for what they use:

``lean``      only the submodules in use, Node reads a copy of the bindings' archive that holds those alone (default)
``whole``     only the submodules in use, Node reads the archive as shipped
``ordinary``  no hook at all

The environment variable ``AIRFLOW_FARGATE_BINDINGS`` names one of them. All three synthesize the same bytes.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

from cdktf_fast_bindings.archive_cache import lean_archive
from cdktf_fast_bindings.distribution import PACKAGE, find_distribution, jsii_finds_types_by_itself
from cdktf_fast_bindings.import_hook import BindingsHook, Mode, Prepared
from cdktf_fast_bindings.import_scan import submodules_in_use
from cdktf_fast_bindings.node_process import is_known_jsii, use_direct_node
from cdktf_fast_bindings.remembered_references import remember

VARIABLE = "AIRFLOW_FARGATE_BINDINGS"
KNOWN_VERSIONS = ("20.1.0", "21.22.1")
# jsii prints a banner of ten lines per process on these; the value is a list of major versions.
_QUIET_NODE = ("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")


def install(*, submodules: Iterable[str] = (), sources: Iterable[Path] = ()) -> None:
    """Let every later import of the AWS bindings be a fast one. May be called again until the first class is imported.

    ``sources`` are files and folders whose imports tell which submodules are in use; ``submodules`` are added to them
    (``"db_instance"``).
    Raises ``ValueError`` when the environment variable names no way of loading.
    """
    os.environ.setdefault(*_QUIET_NODE)
    mode = _wanted_mode()
    hook = _installed_hook()
    if hook is None and (PACKAGE in sys.modules or mode is Mode.ORDINARY):
        return
    if hook is None:
        hook = BindingsHook(mode=mode, prepare=_prepare, say=_say)
        sys.meta_path.insert(0, hook)
        if is_known_jsii():
            use_direct_node()
            remember()
    hook.wants(submodules=submodules, sources=tuple(sources))


def load_ahead() -> None:
    """Begin to load cdktf, and with it Node, while this process does something else; a later import waits for it."""

    def load() -> None:
        # Whoever imports cdktf next hears what is wrong with it.
        with contextlib.suppress(Exception):
            importlib.import_module("cdktf")

    threading.Thread(target=load, name="load cdktf").start()


def loaded() -> Mode | None:
    """How the bindings were loaded in this process, None while they are not."""
    hook = _installed_hook()
    if hook is not None:
        return hook.mode if hook.decided else None
    return Mode.ORDINARY if PACKAGE in sys.modules else None


def _wanted_mode() -> Mode:
    value = os.environ.get(VARIABLE) or Mode.LEAN.value
    if value not in [mode.value for mode in Mode]:
        raise ValueError(f"{VARIABLE}: lean, whole or ordinary, got {value!r}")
    return Mode(value)


def _installed_hook() -> BindingsHook | None:
    return next((finder for finder in sys.meta_path if isinstance(finder, BindingsHook)), None)


def _prepare(mode: Mode, wanted: frozenset[str], sources: tuple[Path, ...]) -> Prepared | None:
    """What the hook loads, or None for the ordinary import, with the reason on standard error."""
    distribution = find_distribution()
    if distribution is None:
        return None
    if distribution.version not in KNOWN_VERSIONS:
        _say(
            f"version {distribution.version} is none of {', '.join(KNOWN_VERSIONS)}; the ordinary import is used (10 s)"
        )
        return None
    if not jsii_finds_types_by_itself():
        _say("this version of jsii needs every submodule imported; the ordinary import is used (10 s)")
        return None
    if mode is Mode.WHOLE:
        return distribution, None
    try:
        return distribution, lean_archive(distribution, wanted | submodules_in_use(sources), say=_say)
    except (OSError, ValueError) as problem:
        _say(f"{problem}; the archive is used as shipped (3 s more)")
        return distribution, None


def _say(message: str) -> None:
    print(f"bindings: {message}", file=sys.stderr, flush=True)
