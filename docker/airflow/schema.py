"""Writes Airflow's version and its schema revisions to a file while the image is built.

Importing Airflow at each start would take seconds.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from alembic.script import ScriptDirectory

# table that holds the revision -> the package that holds the migrations
MIGRATIONS = {"alembic_version": "airflow", "alembic_version_fab": "airflow.providers.fab"}


def head(*, package: str) -> str:
    """The newest schema revision among the migrations that ``package`` ships."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is not installed")
    revision = ScriptDirectory(str(Path(spec.origin).parent / "migrations")).get_current_head()
    if revision is None:
        raise SystemExit(f"{package} ships no migrations")
    return str(revision)


if __name__ == "__main__":
    facts = {
        "airflow": version("apache-airflow"),
        "revisions": {table: head(package=package) for table, package in MIGRATIONS.items()},
    }
    Path(sys.argv[1]).write_text(json.dumps(facts))
    print(json.dumps(facts))
