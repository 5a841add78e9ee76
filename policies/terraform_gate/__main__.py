"""Runs the command line of the gate: ``python -m terraform_gate --help``."""

import gc
import sys
from importlib.metadata import PackageNotFoundError, version

CHECKOV = "3.3.30"
"""The version of checkov whose rules are tested together with the rules here."""


def _run() -> int:
    # The modules that the gate and checkov import are never garbage: searching them took a seventh of the run time.
    gc.disable()
    try:
        from terraform_gate.gate.command import main

        sys.stderr.write(_version_note())
        return main(sys.argv[1:])
    except ImportError as error:
        fix = f"pip install 'checkov=={CHECKOV}', or all of requirements.txt, and use that Python"
        sys.stderr.write(f"terraform_gate: {error}. Fix: {fix}\n")
        return 2


def _version_note() -> str:
    """Return a line about a version of checkov that is not supported; nothing for the supported version."""
    try:
        installed = version("checkov")
    except PackageNotFoundError:
        return ""
    if installed == CHECKOV:
        return ""
    works = "the rules of terraform-gate work; checkov's rules may report other findings"
    return f"terraform_gate: checkov {installed} is not supported ({CHECKOV}): {works}\n"


if __name__ == "__main__":
    sys.exit(_run())
