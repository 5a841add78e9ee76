"""Describes an installed provider package: folder, version, and the names of its submodules in jsii."""

from __future__ import annotations

import inspect
import re
import tarfile
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path

AWS = "cdktf_cdktf_provider_aws"
PROVIDER = re.compile(r"(?:cdktf_cdktf|cdktn)_provider_\w+")
DESCRIPTION = "package/.jsii"
_ARCHIVE = re.compile(r"(provider-[\w-]+)@(.+)\.jsii\.tgz")
_TYPES = re.compile(rb'"types": *\{')
_STEP = 1 << 20


class UnsuitableArchive(ValueError):
    """The structure of the bindings' archive is unknown; the message names the difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """An installed provider package.

    Attributes:
        package: Its name in Python: ``"cdktf_cdktf_provider_aws"``.
        assembly: Its name in jsii: ``"@cdktf/provider-aws"``.
        folder: The folder of the package.
        archive: Its jsii archive.
        version: The version in the archive's name.
    """

    package: str
    assembly: str
    folder: Path
    archive: Path
    version: str

    @property
    def core(self) -> str:
        """The library that the package extends: ``"cdktf"`` or ``"cdktn"``."""
        return core_of(self.package)

    def has(self, submodule: str) -> bool:
        """Tell whether the Python package has a submodule of this name."""
        return (self.folder / submodule / "__init__.py").is_file()


def core_of(package: str) -> str:
    """Return the library that a provider package extends: ``"cdktf"`` or ``"cdktn"``."""
    return package.partition("_")[0]


def find_distribution(package: str = AWS) -> Distribution | None:
    """Return a provider package on ``sys.path`` without importing it; None unless it has exactly one archive."""
    spec = PathFinder.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    archives = list((folder / "_jsii").glob("*.jsii.tgz"))
    match = _ARCHIVE.fullmatch(archives[0].name) if len(archives) == 1 else None
    if match is None:
        return None
    assembly = f"@{core_of(package)}/{match[1]}"
    return Distribution(package=package, assembly=assembly, folder=folder, archive=archives[0], version=match[2])


def jsii_imports_types_on_demand() -> bool:
    """Tell whether this jsii imports the Python module of a type on demand (1.142 does, 1.112 does not)."""
    from jsii import JSIIAssembly, _reference_map

    takes_kernel = "_kernel" in inspect.signature(JSIIAssembly.load).parameters
    return takes_kernel and hasattr(_reference_map, "_submodule_fqn_map")


def jsii_names(distribution: Distribution) -> dict[str, str]:
    """Return jsii's name of every submodule by its Python name: ``{"s3_control_bucket": "s3ControlBucket"}``.

    The archive spells some names differently (folder ``s3control-bucket``), so names are compared without separators.

    Raises:
        UnsuitableArchive: The names do not match one to one.
    """
    python = {bare_name(path.name): path.name for path in distribution.folder.iterdir() if distribution.has(path.name)}
    python.pop("jsii", None)
    submodule = re.compile(rf'"{re.escape(distribution.assembly)}\.(\w+)": *\{{')
    jsii = {bare_name(name): name for name in submodule.findall(_head(distribution.archive).decode())}
    if python.keys() != jsii.keys():
        odd = sorted(python.keys() ^ jsii.keys())[:3]
        raise UnsuitableArchive(f"submodules in Python and in the archive differ ({', '.join(odd)})")
    return {name: jsii[bare] for bare, name in python.items()}


def bare_name(name: str) -> str:
    """Return a submodule's name in lower case without separators: the same in Python, in jsii and in the archive."""
    return name.replace("_", "").replace("-", "").lower()


def _head(archive: Path) -> bytes:
    """Return the description up to its types: the first 2 of 120 MB."""
    try:
        with tarfile.open(archive, "r|gz") as tar:
            first = tar.next()
            stream = tar.extractfile(first) if first is not None and first.name == DESCRIPTION else None
            if stream is None:
                raise UnsuitableArchive(f"{archive.name} does not begin with {DESCRIPTION}")
            head = b""
            while not _TYPES.search(head) and (more := stream.read(_STEP)):
                head += more
    except (tarfile.TarError, EOFError) as problem:
        raise UnsuitableArchive(f"{archive.name} cannot be read: {problem}") from problem
    return _TYPES.split(head)[0]
