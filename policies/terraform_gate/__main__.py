"""Runs the command line of the gate: ``python -m terraform_gate --help``."""

import gc
import sys


def _run() -> int:
    # The modules that the gate and checkov import are never garbage: searching them took a seventh of the run time.
    gc.disable()
    try:
        from terraform_gate.gate.command import main

        return main(sys.argv[1:])
    except ImportError as error:
        sys.stderr.write(f"terraform_gate: {error}. Fix: install requirements.txt and use that Python\n")
        return 2


if __name__ == "__main__":
    sys.exit(_run())
