"""Changes of alarms, telemetry, hibernation and clean-up."""

from __future__ import annotations

from collections.abc import Mapping

from day_two.bases import ABSENT
from day_two.changes.change import Change, set_

OTLP = {"endpoint": "https://otel.example.com"}
LINEAGE = {"endpoint": "https://lineage.example.com"}
NIGHT = {"stop": "0 20 * * 1-5", "start": "30 6 * * 1-5"}
CHANGES: Mapping[str, tuple[Change, ...]] = {
    "alarms.scheduler_heartbeat_seconds": (
        set_("120", "180", "complete", alarms={"scheduler_heartbeat_seconds": 180}),
        set_("120", "60", "complete", alarms={"scheduler_heartbeat_seconds": 60}),
    ),
    "alarms.email": (
        set_("airflow@...", "other@...", "complete", alarms={"email": "other@example.com"}),
        set_("airflow@...", "absent", "complete", alarms={"email": ABSENT}),
    ),
    "telemetry.otlp": (
        set_("absent", "given", "complete", telemetry={"otlp": OTLP}),
        set_("given", "absent", "guest", telemetry={"otlp": ABSENT}),
    ),
    "telemetry.otlp.endpoint": (
        set_("absent", "given", "complete", telemetry={"otlp": OTLP}),
        set_("absent", "given on port 4318", "lean", telemetry={"otlp": {"endpoint": "https://otel.example.com:4318"}}),
    ),
    "telemetry.otlp.cidr": (set_("10.50...", "10.51...", "guest", telemetry={"otlp": {"cidr": "10.51.0.0/24"}}),),
    "telemetry.otlp.authenticate": (
        set_("absent", "true", "complete", telemetry={"otlp": {**OTLP, "authenticate": True}}),
    ),
    "telemetry.openlineage": (
        set_("absent", "given", "complete", telemetry={"openlineage": LINEAGE}),
        set_("given", "absent", "guest", telemetry={"openlineage": ABSENT}),
    ),
    "telemetry.openlineage.endpoint": (set_("absent", "given", "complete", telemetry={"openlineage": LINEAGE}),),
    "telemetry.openlineage.cidr": (
        set_("10.50...", "10.51...", "guest", telemetry={"openlineage": {"cidr": "10.51.0.0/24"}}),
    ),
    "telemetry.openlineage.authenticate": (
        set_("absent", "true", "complete", telemetry={"openlineage": {**LINEAGE, "authenticate": True}}),
    ),
    "hibernation": (
        set_("given", "absent", "complete", hibernation=ABSENT),
        set_("absent", "given", "lean", hibernation=NIGHT),
    ),
    "hibernation.stop": (set_("20:00", "21:00", "complete", hibernation={"stop": "0 21 * * 1-5"}),),
    "hibernation.start": (set_("06:30", "07:30", "complete", hibernation={"start": "30 7 * * 1-5"}),),
    "hibernation.timezone": (set_("UTC", "Europe/Berlin", "complete", hibernation={"timezone": "Europe/Berlin"}),),
    "cleanup.schedule": (set_("sunday", "saturday", "complete", cleanup={"schedule": "0 3 * * 6"}),),
}
