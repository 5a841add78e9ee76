"""Changes of the smallest environment that many tests share, because each variant is synthesized once."""

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
"""All optional parts that the smallest environment lacks."""
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
"""Numbers and names that differ from the defaults."""
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
"""The cheapest settings."""
OPEN: dict[str, Any] = {
    "certificate_arn": GONE,
    "domain_name": "airflow.example.com",
    "hosted_zone_id": "Z00000EXAMPLE",
    "scheme": "internet-facing",
    "allowed_cidrs": ["203.0.113.0/24", "198.51.100.0/25"],
    "access_logs": False,
    "waf": False,
}
"""An internet-facing load balancer with its own certificate and without optional parts."""
AUTHENTICATES: dict[str, Any] = {
    "auth": {
        "mode": "alb_oidc",
        "issuer": "https://login.example.com",
        "client_id": "airflow",
        "default_role": "Viewer",
    },
    "load_balancer": {
        "domain_name": "airflow.example.com",
        "scheme": "internet-facing",
        "allowed_cidrs": ["203.0.113.0/24"],
    },
}
"""A load balancer that authenticates people."""
SINGLE_BY_DAY: dict[str, Any] = {"topology": "single", "hibernation": NIGHT, "load_balancer": OPEN}
"""One service behind an internet-facing load balancer, stopped at night."""
ELSEWHERE: dict[str, Any] = {
    "state": {"backend": "cloud", "bucket": GONE, "organization": "example", "project": "airflow"},
    "dags": {"delivery": "git_sync", "repository": "https://github.com/example/dags.git", "branch": "3.1"},
}
"""State in HCP Terraform, DAG files in a public repository."""
NEIGHBOUR: dict[str, Any] = {
    "name": "test",
    "network": {"cidr": "10.11.0.0/16"},
    "state": {"backend": "local", "bucket": GONE, "path": "state"},
}
"""A second environment in the account of the smallest environment, with a local state."""
THREE = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]


def three_zones(egress: str) -> dict[str, Any]:
    """Return a network over three zones with the egress mode ``egress``."""
    return {"egress": egress, "zones": THREE}


TOPOLOGIES = ("sequential", "single", "local_executor", "ecs", "celery")
DISTINCT_TOPOLOGIES = TOPOLOGIES[1:]
"""Without ``sequential``, which has the resources of ``single``."""
FOUR = {"api-server", "scheduler", "dag-processor", "triggerer"}
SERVICES = {
    "sequential": {"standalone"},
    "single": {"standalone"},
    "local_executor": FOUR,
    "ecs": FOUR,
    "celery": FOUR | {"worker-default"},
}
"""Services of each topology."""
TIERS = ("public", "application", "data")
EGRESS = ("none", "single_nat", "nat_per_zone")
NETWORKS: dict[str, dict[str, Any]] = {
    f"{egress}-{topology}": {
        "topology": topology,
        "network": three_zones(egress) if topology == "celery" else {"egress": egress},
    }
    for egress in EGRESS
    for topology in DISTINCT_TOPOLOGIES
}
"""Each pair of egress mode and topology; celery over three zones."""
EXISTING: dict[str, Any] = {
    "cidr": GONE,
    "existing": {
        "vpc_id": "vpc-0123456789abcdef0",
        "cidr": "10.99.0.0/16",
        "public_subnet_ids": ["subnet-00000000", "subnet-00000001"],
        "application_subnet_ids": ["subnet-10000000", "subnet-10000001"],
        "data_subnet_ids": ["subnet-20000000", "subnet-20000001"],
        "application_route_table_ids": ["rtb-00000001"],
    },
}
"""A section ``network`` with an existing VPC."""
TO_SLEEP, TO_WAKE = "cron(0 20 ? * MON-FRI *)", "cron(30 6 ? * MON-FRI *)"
"""The expressions of ``NIGHT`` as EventBridge takes them."""

ALARM_METRICS = {
    "scheduler-heartbeat": ("scheduler_heartbeat", 1),
    "import-errors": ("dag_processing.import_errors", 3),
    "unserved-queue": ("UnservedTasks", 0),
    "oldest-queued-default": ("OldestQueuedSeconds", 600),
    "database-connections": ("DatabaseConnections", 360 * 50 // 100),
    "database-storage": ("FreeStorageSpace", 7 * 2**30),
    "broker-memory-1": ("DatabaseMemoryUsagePercentage", 60),
    "broker-evictions-1": ("Evictions", 0),
    "unhealthy-targets": ("UnHealthyHostCount", 1),
}
"""Metric and threshold of each alarm of the environment CUSTOM, by the end of the alarm's name."""
