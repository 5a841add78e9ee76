"""The report on the database, which decides on an upgrade of PostgreSQL, is read by real PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.containers import backing_services, engine
from operations.major_upgrade import obstacles
from tests.image.services import Services


def report(services: Services) -> dict[str, Any]:
    done = engine.run(services.launch("database-report", name="report"))
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


@pytest.mark.feature("C6")
def test_report_names_version_extensions_and_what_stops_an_upgrade(migrated: Services) -> None:
    database = migrated.database
    clean = report(migrated)
    assert clean["postgresql"].split(".")[0].isdigit()
    assert "plpgsql" in clean["extensions"]
    assert list(obstacles(clean)) == []
    backing_services.query(database, "create table odd (name regproc)")
    try:
        assert report(migrated)["unsupported_columns"] == 1
    finally:
        backing_services.query(database, "drop table odd")
