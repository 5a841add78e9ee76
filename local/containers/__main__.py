"""``python -m local.containers NAME``: build one of our images and print its tag."""

from __future__ import annotations

import sys

from local.containers.engine import EngineError
from local.containers.images import BUILD_TARGETS, build


def main(words: list[str]) -> int:
    """2 for a name that nobody knows, 1 with the builder's complaint when it gave up."""
    name = words[0] if words else ""
    if name not in BUILD_TARGETS:
        print(f"no image is called {name!r}. Allowed: {', '.join(BUILD_TARGETS)}", file=sys.stderr)
        return 2
    try:
        print(build(name))
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
