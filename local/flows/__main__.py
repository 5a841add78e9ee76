"""``python -m local.flows`` writes docs/flows.md from docs/flows.yaml; ``--check`` compares them.

The record docs/flows.yaml is written by ``make flows``, which needs a container engine.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from environments.atomic_file import write
from local.flows.page import PAGE, page
from local.flows.reasons import unexplained
from local.flows.record import kept


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the page.

    Returns:
        0; 1 when a flow is neither missed nor explained, or the page is outdated; 2 when the record cannot be read.
    """
    parser = argparse.ArgumentParser(prog="python -m local.flows", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; compare the page with the record")
    given = parser.parse_args(arguments)
    try:
        trials = kept()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if not given.check:
        write(PAGE, page(trials))
    problems = unexplained(trials)
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page(trials):
        problems.append("docs/flows.md is outdated. Fix: .venv/bin/python -m local.flows")
    missed = sum(bool(trial.observed) for trial in trials)
    print("\n".join([*problems, f"flows: {len(trials)}, {missed} of them with an observed failure"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
