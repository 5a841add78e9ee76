"""The change logs of a release: one for each module, and a summary of all modules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from modules.export import changelog, interface
from modules.export.upgrade_proof import Proof
from modules.export.versions import Release

_TITLE = re.compile(r"\A# .*\n+")


def module_entry(release: Release, name: str) -> str:
    """The entry of the module ``name``: its changes, and what the upgrade does to its resources."""
    if name in release.new:
        return _entry(release, ["First version."])
    proof = release.proof.of(name) if release.proof and release.changes[name] else None
    return _entry(release, [*changelog.lines(release.changes[name]), *_proven(release, proof)])


def summary_entry(release: Release) -> str:
    """The entry of all modules: how each one changes, and what the upgrade does."""
    changed = {name: interface.verdict(changes) for name, changes in release.changes.items() if changes}
    listed = [
        *(f"- {name}: {step.name.lower()}" for name, step in changed.items()),
        *(f"- {name}: new" for name in release.new),
        *(f"- {name}: removed" for name in release.removed),
    ]
    return _entry(release, ["\n".join(listed) or "No module changes.", *_proven(release, release.proof)])


def log(name: str, entry: str, former: Path) -> str:
    """The change log of ``name``, with ``entry`` before the entries of the file ``former``."""
    entries = _TITLE.sub("", former.read_text()) if former.is_file() else ""
    return f"# Changes of {name}\n\n{entry}" + (f"\n{entries}" if entries else "")


def _proven(release: Release, proof: Proof | None) -> list[str]:
    if proof is None:
        return []
    text = f"Upgrade from {release.last}, planned with the AWS provider over applied modules: {proof}."
    destroyed = "\n".join(f"- `{address}`" for address in proof.destroyed)
    return [text, *(["Destroyed or replaced:", destroyed] if destroyed else [])]


def _entry(release: Release, parts: Iterable[str]) -> str:
    return "\n\n".join([f"## {release.version} - {release.date}", *parts]) + "\n"
