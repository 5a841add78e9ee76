"""``python locked.py REQUIREMENTS.IN REQUIREMENTS.TXT``: what is asked for is locked, at a version that fits.

Runs while the image is built: a line added to the first file and not to the lock would be left out in silence.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def conflicts(wanted: str, locked: str) -> Iterator[str]:
    """What of the lines in ``wanted`` the pins in ``locked`` do not keep."""
    pins = {canonicalize_name(name): version for name, version in PIN.findall(locked)}
    for line in (text.split("#")[0].strip() for text in wanted.splitlines()):
        if not line:
            continue
        try:
            requirement = Requirement(line)
        except InvalidRequirement as error:
            yield f"{line}: {str(error).splitlines()[0]}"
            continue
        pin = pins.get(canonicalize_name(requirement.name))
        if pin is None:
            yield f"{line}: {requirement.name} is not locked"
        elif pin not in requirement.specifier:
            yield f"{line}: the lock has {pin}"


def main(wanted: Path, locked: Path) -> int:
    """Print one line for each conflict; 1 when there is one."""
    found = list(conflicts(wanted.read_text(), locked.read_text()))
    for conflict in found:
        print(f"{wanted.name}: {conflict}. Fix: make image-lock", file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:3])))
