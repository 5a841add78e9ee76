"""Plans every change of every key of an environment with the real provider, and compares it with the declared effect.

Exit codes: 0 every plan agrees with its declaration; 1 a declaration is wrong, or docs/changes.md is out of date;
2 a tool is missing; 130 interrupted by Ctrl-C.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import cdktf_fast_bindings
from terraform_harness.emulator import EmulatorError
from terraform_harness.terraform.run import TerraformError
from terraform_harness.tools import MissingTool, locate

from day_two.cases import UncoveredKeyError
from environments.atomic_file import write
from environments.generated_files import is_current


def main(arguments: list[str]) -> int:
    """Run the matrix and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m day_two", description=__doc__)
    parser.add_argument(
        "--key", default="", help="only keys that start with this text; docs/changes.md is not compared"
    )
    parser.add_argument("--write", action="store_true", help="write docs/changes.md")
    options = parser.parse_args(arguments)
    try:
        cdktf_fast_bindings.prepare()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        locate("terraform")
        return _run(key=options.key, write_page=options.write)
    except MissingTool as error:
        print(error, file=sys.stderr)
        return 2
    except (UncoveredKeyError, TerraformError, EmulatorError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; the emulator and everything in it are gone", file=sys.stderr)
        return 130


def _run(*, key: str, write_page: bool) -> int:
    from day_two import matrix, report  # the synthesis is imported after the bindings are loaded

    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {text}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="airflow-fargate-day-two-") as folder:
        rows = matrix.run(say, folder=Path(folder), only=key)
    print("\n".join(report.table(rows)))
    wrong = list(matrix.violations(rows, complete=True))
    print("\n".join(wrong), file=sys.stderr)
    if write_page and not key:
        write(report.PAGE, report.page(rows))
        say("docs/changes.md written")
    elif not key and not is_current(report.PAGE, report.page(rows)):
        wrong.append("docs/changes.md is out of date. Fix: make day-two WRITE=1")
        print(wrong[-1], file=sys.stderr)
    if not wrong:
        print(f"{len(rows)} changes: every plan agrees with the declared effect. Next: make plan ENV=dev")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
