"""Copies some submodules of the bindings' jsii archive: its description shrinks from 120 MB to 1 or 2 MB."""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cdktf_fast_bindings.distribution import DESCRIPTION, UnsuitableArchive, bare_name

_INDEX = "package/lib/index.js"
_COPIED = ("package/package.json",)
_SUBMODULE_FILE = re.compile(r"package/lib/([\w-]+)/.+\.js")
# ``exports.vpc = require("./vpc");`` in cdktf's packages, ``__importStar(require("./vpc/index"))`` in cdktn's.
_REQUIRE = re.compile(r'exports\.\w+ = (?:__importStar\()?require\("\./([\w-]+)(?:/index)?"\)\)?;')
_DECLARATION = re.compile(r"exports\.\w+ = .*void 0;")
_SOURCE_MAP = re.compile(rb"^//# sourceMappingURL=.*$", re.MULTILINE)
_DOCUMENTATION = frozenset({"docs", "locationInModule", "symbolId", "readme"})


def prune(source: Path, *, assembly: str, keep: frozenset[str]) -> bytes:
    """Return the archive at ``source`` with the submodules ``keep`` only, the same bytes each time.

    Documentation and source maps are left out: a running app does not read them.

    Args:
        source: The archive of the installed bindings.
        assembly: The name of the bindings in jsii: ``"@cdktf/provider-aws"``.
        keep: The submodules, in the spelling of jsii: ``"dbInstance"``.

    Raises:
        UnsuitableArchive: The structure of the archive is not the expected one.
    """
    try:
        members = list(_kept_members(source, assembly, keep))
    except (tarfile.TarError, EOFError, UnicodeDecodeError, json.JSONDecodeError) as problem:
        raise UnsuitableArchive(f"{source.name} cannot be read: {problem}") from problem
    return _packed(members)


def _kept_members(source: Path, assembly: str, keep: frozenset[str]) -> Iterator[tuple[str, bytes]]:
    folders = {bare_name(name) for name in keep}
    with tarfile.open(source, "r|gz") as tar:
        for member in tar:
            stream = tar.extractfile(member) if _is_needed(member.name, folders) else None
            if stream is not None:
                yield member.name, _lean(member.name, stream.read(), assembly, keep)


def _is_needed(name: str, folders: set[str]) -> bool:
    if name in {DESCRIPTION, _INDEX, *_COPIED}:
        return True
    match = _SUBMODULE_FILE.fullmatch(name)
    return match is not None and bare_name(match[1]) in folders


def _lean(name: str, content: bytes, assembly: str, keep: frozenset[str]) -> bytes:
    if name == DESCRIPTION:
        return _lean_description(content, assembly, keep)
    if name == _INDEX:
        return _lean_index(content.decode(), keep).encode()
    return _SOURCE_MAP.sub(b"", content) if name.endswith(".js") else content


def _lean_description(content: bytes, assembly: str, keep: frozenset[str]) -> bytes:
    description = json.loads(content)
    names = {f"{assembly}.{name}" for name in keep}
    missing = names - description["submodules"].keys()
    if missing:
        raise UnsuitableArchive(f"the archive has no {min(missing)}")
    description["submodules"] = {name: value for name, value in description["submodules"].items() if name in names}
    description["types"] = {
        name: value for name, value in description["types"].items() if name.rsplit(".", 1)[0] in names
    }
    return json.dumps(_without_documentation(description), separators=(",", ":")).encode()


def _without_documentation(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_documentation(inner) for key, inner in value.items() if key not in _DOCUMENTATION}
    return [_without_documentation(inner) for inner in value] if isinstance(value, list) else value


def _lean_index(content: str, keep: frozenset[str]) -> str:
    folders = {bare_name(name) for name in keep}
    lines, kept = [], 0
    for line in content.splitlines():
        require = _REQUIRE.fullmatch(line)
        if require and bare_name(require[1]) in folders:
            kept += 1
        elif require or _DECLARATION.fullmatch(line) or line.startswith("//#"):
            continue
        lines.append(line)
    if kept != len(keep):
        raise UnsuitableArchive(f"{_INDEX} loads {kept} of {len(keep)} submodules in use")
    return "\n".join(lines) + "\n"


def _packed(members: list[tuple[str, bytes]]) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tar:
        for name, content in members:
            header = tarfile.TarInfo(name)
            header.size = len(content)
            tar.addfile(header, io.BytesIO(content))
    return packed.getvalue()
