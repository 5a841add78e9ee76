"""``python -m airflow_fargate.check_dags FOLDER``: imports every DAG file below FOLDER, without a database.

Exit codes: 0 every file was imported; 1 a file failed, or there is no DAG.
"""

from __future__ import annotations

import sys


def main(folder: str) -> int:
    """Import the files and print a line for each that failed."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(folder)
    for file, error in sorted(bag.import_errors.items()):
        print(f"{file}: {error.strip()}", file=sys.stderr)
    if bag.import_errors:
        return 1
    if not bag.dags:
        print(f"{folder}: no DAG was found. Fix: name the folder of the DAG files (dags.subdirectory)", file=sys.stderr)
        return 1
    print(f"{len(bag.dags)} DAGs imported: {', '.join(sorted(bag.dags))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
