"""``python -m local.containers NAME``: builds an image of this project and prints its tag."""

from __future__ import annotations

import argparse
import sys

from local.containers.engine import EngineError
from local.containers.images import BUILD_TARGETS, build


def main(arguments: list[str]) -> int:
    """Build the image that the first argument names.

    Returns:
        0, or 1 where the build failed; an unknown name ends the process with 2.
    """
    parser = argparse.ArgumentParser(prog="python -m local.containers", description="Build an image and print its tag.")
    parser.add_argument("name", choices=[*BUILD_TARGETS], help="the image")
    try:
        print(build(parser.parse_args(arguments).name))
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
