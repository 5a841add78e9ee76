"""``python locked.py REQUIREMENTS.IN REQUIREMENTS.TXT``: checks that the lock file satisfies the requirements.

Runs in the image's build. Without it, a requirement that is missing in the lock file would not be installed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def conflicts(requirements: str, lock: str) -> Iterator[str]:
    """Yield a message for each line of ``requirements`` that the pins in ``lock`` do not satisfy."""
    pins = {canonicalize_name(name): version for name, version in PIN.findall(lock)}
    for line in (text.split("#")[0].strip() for text in requirements.splitlines()):
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


def main(requirements: Path, lock: Path) -> int:
    """Print one line for each conflict; return 1 where there is a conflict."""
    found = list(conflicts(requirements.read_text(), lock.read_text()))
    for conflict in found:
        print(f"{requirements.name}: {conflict}. Fix: make image-lock", file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:3])))
