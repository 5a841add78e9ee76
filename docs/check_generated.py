"""Compares everything that is generated with its source: ``.venv/bin/python docs/check_generated.py``.

One process runs the ``--check`` of every program: most of the time of each is the import of the same packages.
"""

from __future__ import annotations

import gc
import runpy
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = (
    "environments schema --check",
    "environments docs --check",
    "terraform_gate docs --check",
    "docs/generate.py --check",
    "docs/generate_quotas.py --check",
    "docs/generate_features.py --check",
    "docs/generate_commands.py --check",
    "local.permissions --check",
    "local.flows --check",
    "operations pipelines dev staging prod --out examples/pipelines --check",
)


def main(programs: Iterable[str] = PROGRAMS) -> int:
    """Run each program, also after one that fails.

    Returns:
        0; 1 when a program failed, after its output.
    """
    sys.path.insert(0, str(ROOT))
    failed = [program for program in programs if code_of(program)]
    for program in failed:
        print(f"failed: {program}", file=sys.stderr)
    return 1 if failed else 0


def code_of(program: str) -> int:
    """Run a module, or a file of Python, with its arguments; return its exit code, 1 after an exception."""
    name, *arguments = program.split()
    run = runpy.run_path if name.endswith(".py") else runpy.run_module
    with mock.patch.object(sys, "argv", [name, *arguments]):
        try:
            run(name, run_name="__main__")
        except SystemExit as end:
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
            return end.code if isinstance(end.code, int) else int(end.code is not None)
        except Exception:  # noqa: BLE001 the other programs run all the same
            traceback.print_exc()
            return 1
        finally:
            gc.enable()  # the gate disables it
    return 0


if __name__ == "__main__":
    sys.exit(main())
