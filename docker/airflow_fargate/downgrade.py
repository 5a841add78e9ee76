"""The one-off command ``downgrade TARGET``; TARGET is an Airflow version (3.2.0) or a schema revision."""

from __future__ import annotations

import os
import re
import sys


def command(target: str) -> list[str]:
    """The ``airflow db downgrade`` command for ``target``."""
    option = "--to-version" if re.fullmatch(r"\d+\.\d+\.\d+", target) else "--to-revision"
    return ["airflow", "db", "downgrade", option, target, "--yes"]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("airflow-fargate: downgrade: expected one argument, an Airflow version or a schema revision")
    words = command(sys.argv[1])
    os.execvp(words[0], words)  # noqa: S606 - becomes Airflow's command
