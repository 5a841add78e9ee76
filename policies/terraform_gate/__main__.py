"""`terraform_gate PATH... [--plan [STACK=]PLAN.json] [--format FORMAT] [--waivers FILE]`, or `docs [--check]`."""

import gc
import sys


def _run() -> int:
    # What checkov's import makes stays: looking for garbage in it took a seventh of the processor time of a run.
    gc.disable()
    try:
        from terraform_gate.gate.command import main
    except ImportError as error:
        sys.stderr.write(f"policies: {error}. Fix: install requirements.txt and use that Python\n")
        return 2
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(_run())
