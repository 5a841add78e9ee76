"""Virtual environments with the wheels of this repository and links to the locked packages that the wheels declare.

Nothing is downloaded or copied. A package that no wheel declares, directly or through others, is missing, as after
``pip install`` in an empty environment.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKED = Path(sysconfig.get_path("purelib"))
METADATA = "metadata"


def build_wheels(folder: Path, *sources: Path) -> None:
    """Build the wheels of ``sources`` into ``folder``, without network, and unpack their metadata."""
    options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, "-w", folder, *sources], check=True)
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / METADATA, [name for name in archive.namelist() if ".dist-info/" in name])


def create(folder: Path, *requirements: str, wheels: Path) -> Path:
    """Create a virtual environment with ``requirements``, and return the folder of its programs."""
    venv.create(folder, symlinks=True, with_pip=False)
    (site,) = folder.glob("lib/python*/site-packages")
    with_wheels = {_name(path): path for path in wheels.glob("*.whl")}
    for distribution in _closure([Requirement(text) for text in requirements], _available(wheels)):
        if wheel := with_wheels.get(canonicalize_name(distribution.name)):
            _install(wheel, folder)
        else:
            _link(distribution, site)
    return folder / "bin"


def _name(wheel: Path) -> str:
    return canonicalize_name(wheel.name.partition("-")[0])


def _available(wheels: Path) -> dict[str, Distribution]:
    """Return the locked packages and the wheels by name."""
    found = [*distributions(path=[str(LOCKED)]), *distributions(path=[str(wheels / METADATA)])]
    return {canonicalize_name(distribution.name): distribution for distribution in found}


def _closure(requirements: list[Requirement], available: dict[str, Distribution]) -> Iterator[Distribution]:
    """Yield the distributions that ``requirements`` need, each once."""
    seen: dict[str, set[str]] = {}
    while requirements:
        requirement = requirements.pop()
        name = canonicalize_name(requirement.name)
        known, extras = seen.get(name), {"", *requirement.extras}
        if known is not None and extras <= known:
            continue
        distribution = available[name]
        assert requirement.specifier.contains(distribution.version, prereleases=True), requirement
        if known is None:
            yield distribution
        seen[name] = (known or set()) | extras
        declared = [Requirement(text) for text in distribution.requires or ()]
        requirements += [item for item in declared if _applies(item, extras)]


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    return requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)


def _install(wheel: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--offline"]
    subprocess.run([*command, "--python", folder / "bin" / "python", wheel], check=True)


def _link(distribution: Distribution, site: Path) -> None:
    tops = {path.parts[0] for path in distribution.files or ()} - {"..", "__pycache__"}
    for top in tops:
        link = site / top
        if not link.exists():
            link.symlink_to(LOCKED / top)
