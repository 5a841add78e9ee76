"""``python -m airflow_fargate.check_dags FOLDER``: imports every DAG file below FOLDER, without a database.

Exit codes: 0 every file was imported; 1 a file failed, an id is too long, or there is no DAG.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

MAX_NAME_BYTES = 255
"""Longest name of a file or folder on Linux."""


def main(folder: str) -> int:
    """Import the files and print a line for each that failed."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(folder)
    for file, error in sorted(bag.import_errors.items()):
        print(f"{file}: {error.strip()}", file=sys.stderr)
    long = [line for _, dag in sorted(bag.dags.items()) for line in too_long(dag)]
    print("".join(f"{line}\n" for line in long), file=sys.stderr, end="")
    if bag.import_errors or long:
        return 1
    if not bag.dags:
        print(f"{folder}: no DAG was found. Fix: name the folder of the DAG files (dags.subdirectory)", file=sys.stderr)
        return 1
    print(f"{len(bag.dags)} DAGs imported: {', '.join(sorted(bag.dags))}")
    return 0


def too_long(dag: Any) -> Iterator[str]:
    """A line for each id whose log folder has no valid name; Airflow itself allows 250 characters.

    An Airflow task of such a DAG fails before it starts, because its worker cannot open the log, and has no log.
    """
    folders = [("DAG", "dag_id=", dag.dag_id), *(("task", "task_id=", task) for task in dag.task_ids)]
    for kind, prefix, name in folders:
        most, size = MAX_NAME_BYTES - len(prefix), len(name.encode())
        if size > most:
            size_text = f"has {size} bytes in UTF-8, at most {most} fit into a log folder"
            yield f"{dag.fileloc}: {kind} id {name[:40]!r}... {size_text}. Fix: shorten it"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
