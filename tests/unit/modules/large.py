"""An environment with everything that the smallest one has not."""

from __future__ import annotations

from typing import Any

TWO_GROUPS = [
    {
        "name": "small",
        "queues": ["default", "mail"],
        "min_count": 2,
        "max_count": 3,
        "on_demand_base": 2,
        "spot_percent": 60,
    },
    {
        "name": "big",
        "queues": ["heavy"],
        "cpu": 4096,
        "memory_mib": 16384,
        "concurrency": 2,
        "min_count": 0,
        "max_count": 5,
        "ephemeral_storage_gib": 100,
    },
]
DIGEST = "sha256:" + "a" * 64
LARGE: dict[str, Any] = {
    "architecture": "X86_64",
    "airflow": {"image_digest": DIGEST, "exec_enabled": True},
    "components": {"scheduler": {"count": 2}, "flower": {"cpu": 256, "memory_mib": 512}},
    "workers": TWO_GROUPS,
}
"""Everything that a small environment has not."""
NIGHT = {"stop": "0 20 * * 1-5", "start": "30 6 * * 1-5", "timezone": "Europe/Berlin"}
CUSTOM: dict[str, Any] = {
    "state": {
        "bucket": "states",
        "region": "us-east-1",
        "role_arn": "arn:aws:iam::999999999999:role/state",
        "kms_key_arn": "arn:aws:kms:us-east-1:999999999999:key/0000",
    },
    "iam": {
        "path": "/data/airflow/",
        "permissions_boundary": "arn:aws:iam::111111111111:policy/limits",
    },
    "tags": {"cost-center": "data"},
    "airflow": {"pool_size": 3, "max_overflow": 2, "secrets_backend": False},
    "logs": {"retention_days": 30},
    "cleanup": {"keep_days": 30, "schedule": "15 4 * * 6"},
    "hibernation": NIGHT,
    "alarms": {
        "email": "airflow@example.com",
        "oldest_queued_seconds": 600,
        "database_connections_percent": 50,
        "database_free_storage_gib": 7,
        "broker_memory_percent": 60,
        "import_errors": 3,
        "unhealthy_targets": 1,
    },
}
"""Every number and name that an environment may choose, chosen."""
CHEAP: dict[str, Any] = {
    "production": False,
    "database": {
        "multi_az": False,
        "deletion_protection": False,
        "final_snapshot": False,
        "backup_retention_days": 1,
        "performance_insights": False,
    },
    "broker": {"engine": "redis", "engine_version": "7.1", "replicas": 0},
    "alarms": {"enabled": False},
    "cleanup": {"enabled": False},
    "logs": {"destination": "cloudwatch", "retention_days": 30},
}
"""Every corner that can be cut, cut."""
