"""``python -m local.containers NAME``: builds an image of this project and prints its tag."""

from __future__ import annotations

import sys

from local.containers.engine import EngineError
from local.containers.images import BUILD_TARGETS, build


def main(arguments: list[str]) -> int:
    """Build the image that the first argument names.

    Returns:
        0, 1 where the build failed, or 2 for an unknown name.
    """
    name = arguments[0] if arguments else ""
    if name not in BUILD_TARGETS:
        print(f"unknown image {name!r}. Allowed: {', '.join(BUILD_TARGETS)}", file=sys.stderr)
        return 2
    try:
        print(build(name))
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
