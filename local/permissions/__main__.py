"""``make grants``: compares the IAM permissions of the task roles and CI roles with the requests of recorded runs.

``python -m local.permissions RECORD...`` writes docs/permissions.yaml and docs/permissions.md. With ``--add`` it
keeps the statements of docs/permissions.yaml and adds those of RECORD, for example of one more environment.
``--check`` compares docs/permissions.md with docs/permissions.yaml. Records are written by
``python -m local.demo ENVIRONMENT --record FILE`` and, with AIRFLOW_FARGATE_RECORD=FILE, by the live tests.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from environments.atomic_file import write
from local.permissions import record
from local.permissions.page import PAGE, page
from local.permissions.reasons import superfluous, unexplained
from local.permissions.usage import merged, usages


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the page.

    Returns:
        0; 1 when a grant is neither needed nor explained, or the page is outdated; 2 when a record cannot be read.
    """
    parser = argparse.ArgumentParser(prog="python -m local.permissions", description=__doc__)
    parser.add_argument(
        "records",
        nargs="*",
        type=Path,
        metavar="RECORD",
        help="file that `local.demo --record` or the live tests wrote",
    )
    parser.add_argument(
        "--add", action="store_true", help="keep the statements of docs/permissions.yaml, and add those of the records"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; compare the page with its file")
    given = parser.parse_args(arguments)
    if not given.check:
        try:
            found = usages(record.read_records(given.records))
        except ValueError as error:
            print(error, file=sys.stderr)
            return 2
        if not found:
            print("no task role and no CI role acted in these records. Fix: make grants", file=sys.stderr)
            return 2
        found = merged([*record.kept(), *found]) if given.add else found
        record.keep(found)
        write(PAGE, page(found))
    found = record.kept()
    problems = [*unexplained(found), *superfluous(found)]
    if PAGE.read_text(encoding="utf-8") != page(found):
        problems.append("docs/permissions.md is outdated. Fix: make grants")
    unused = sum(len(item.unused) for item in found)
    print("\n".join([*problems, f"permissions: {len(found)} statements, {unused} actions and resources not needed"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
