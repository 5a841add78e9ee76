"""`python -m policies PATH... [--plan [STACK=]PLAN.json] [--format FORMAT] [--waivers FILE]`, or `docs [--check]`."""

import sys

from policies.gate.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
