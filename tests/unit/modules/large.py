"""Environments that many tests share: each is synthesized once, so what excludes nothing else stands together."""

from __future__ import annotations

from typing import Any

from tests.unit.environments.cases import GONE

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
OIDC = {"oidc": {"github_repository": "example/platform", "branch": "release"}}
ISSUER = "token.actions.githubusercontent.com"
PROVIDER = "arn:aws:iam::111111111111:oidc-provider/" + ISSUER
LARGE: dict[str, Any] = {
    "architecture": "X86_64",
    "airflow": {"image_digest": DIGEST, "exec_enabled": True},
    "components": {"scheduler": {"count": 2}, "flower": {"cpu": 256, "memory_mib": 512}},
    "workers": TWO_GROUPS,
    "iam": OIDC,
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
    "airflow": {
        "pool_size": 3,
        "max_overflow": 2,
        "secrets_backend": False,
        "config": {"AIRFLOW__SMTP__SMTP_MAIL_FROM": "a${b}$c"},
    },
    "database": {"proxy": True},
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
    "iam": {"oidc": {**OIDC["oidc"], "provider_arn": PROVIDER}},
}
"""Every corner that can be cut, cut."""
OPEN: dict[str, Any] = {
    "certificate_arn": GONE,
    "domain_name": "airflow.example.com",
    "hosted_zone_id": "Z00000EXAMPLE",
    "scheme": "internet-facing",
    "allowed_cidrs": ["203.0.113.0/24", "198.51.100.0/25"],
    "access_logs": False,
    "waf": False,
}
"""A door to the internet, with a certificate of its own and nothing that can be left out."""
SINGLE_BY_DAY: dict[str, Any] = {"topology": "single", "hibernation": NIGHT, "load_balancer": OPEN}
"""One service behind an open door, asleep at night."""
ELSEWHERE: dict[str, Any] = {
    "state": {"backend": "cloud", "bucket": GONE, "organization": "example", "project": "airflow"},
    "dags": {"delivery": "git_sync", "repository": "https://github.com/example/dags.git", "branch": "3.1"},
}
"""State and DAG files kept by others: HCP Terraform and a public repository."""
NEIGHBOUR: dict[str, Any] = {
    "name": "test",
    "network": {"cidr": "10.11.0.0/16"},
    "state": {"backend": "local", "bucket": GONE, "path": "state"},
}
"""A second environment in the account of the smallest one, its state in a folder."""
THREE = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]


def leaving(egress: str) -> dict[str, Any]:
    """A network over three zones with this egress."""
    return {"egress": egress, "zones": THREE}
