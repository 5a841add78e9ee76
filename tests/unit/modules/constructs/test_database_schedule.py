"""Schedules of the metadata database."""

from __future__ import annotations

import pytest

from tests.reading import grants
from tests.synthesis import deployed
from tests.unit.modules.variants import CUSTOM, TO_SLEEP, TO_WAKE


@pytest.mark.feature("A4")
def test_database_stops_and_starts_on_schedule() -> None:
    deployment = deployed(**CUSTOM)
    for verb, cron in (("stop", TO_SLEEP), ("start", TO_WAKE)):
        schedule = deployment.only("aws_scheduler_schedule", name=f"airflow-dev-database-{verb}")
        assert schedule.body["schedule_expression"] == cron
        assert schedule.body["schedule_expression_timezone"] == "Europe/Berlin"
        assert schedule.get("target", "arn") == f"arn:aws:scheduler:::aws-sdk:rds:{verb}DBInstance"
        role = deployment.resolve(schedule.get("target", "role_arn"))
        may = {arn for grant in grants(deployment, role) for arn in grant.resources if ":rds:" in arn}
        assert may == {"arn:aws:rds:eu-central-1:111111111111:db:airflow-dev"}
