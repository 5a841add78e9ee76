"""The one-off command ``downgrade TARGET``: an Airflow version (3.2.0), or a schema revision as ``migrate`` prints."""

from __future__ import annotations

import os
import re
import sys


def command(target: str) -> list[str]:
    """Airflow's command for ``target``."""
    option = "--to-version" if re.fullmatch(r"\d+\.\d+\.\d+", target) else "--to-revision"
    return ["airflow", "db", "downgrade", option, target, "--yes"]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("airflow-fargate: downgrade: one argument, the version or the revision to go back to")
    words = command(sys.argv[1])
    os.execvp(words[0], words)  # noqa: S606 - becoming Airflow's command is the purpose
