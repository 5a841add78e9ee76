"""The environments that the matrix applies and then changes: together they use every key in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Data = Mapping[str, Any]
ABSENT = "(absent)"
"""Value of a change that removes the key."""

ACCOUNT = "111111111111"
REGION = "eu-central-1"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/00000000-0000-4000-8000-000000000000"
# Host key of GitHub (https://docs.github.com/en/authentication).
HOST_KEY = "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
SECOND_HOST_KEY = HOST_KEY.replace("github.com", "git.example.com")


def changed(base: Data, changes: Data) -> dict[str, Any]:
    """``base`` merged with ``changes``; mappings are merged, lists are replaced."""
    merged = dict(base)
    for key, value in changes.items():
        if value == ABSENT:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = changed(merged[key], value)
        else:
            merged[key] = value
    return merged


def _environment(name: str, cidr: str, **sections: Any) -> dict[str, Any]:
    return {
        "name": name,
        "account_id": ACCOUNT,
        "region": REGION,
        "production": False,
        "state": {"backend": "local", "path": "state"},
        "network": {"cidr": cidr, "zones": [f"{REGION}b", f"{REGION}c"]},
        "load_balancer": {"certificate_arn": CERTIFICATE},
        **sections,
    }


COMPLETE = _environment(
    "complete",
    "10.10.0.0/16",
    tags={"team": "data", "cost-center": "4711"},
    iam={"oidc": {"github_repository": "example/platform", "branch": "main"}},
    state={"bucket": "states-of-complete"},
    load_balancer={
        "domain_name": "airflow.example.com",
        "hosted_zone_id": "Z00000EXAMPLE",
        "allowed_cidrs": ["10.0.0.0/24", "10.0.1.0/24"],
    },
    database={"proxy": True, "instance_class": "db.m7g.large"},
    airflow={"config": {"AIRFLOW__SMTP__SMTP_MAIL_FROM": "airflow@example.com"}},
    auth={
        "mode": "oidc",
        "issuer": "https://login.example.com",
        "client_id": "airflow",
        "roles": {"Admin": ["platform"], "Viewer": ["everybody", "guests"]},
    },
    components={"flower": {}},
    workers=[
        {"name": "large", "queues": ["heavy", "slow"], "min_count": 2, "on_demand_base": 1, "spot_percent": 50},
        {"name": "small", "queues": ["default"]},
    ],
    ecs_executor={"memory_mib": 2048, "sizes": [{"name": "large", "cpu": 4096, "memory_mib": 16384}]},
    dags={
        "delivery": "git_sync",
        "repository": "git@github.com:example/dags.git",
        "deploy_key": True,
        "known_hosts": [HOST_KEY, SECOND_HOST_KEY],
    },
    alarms={"email": "airflow@example.com"},
    hibernation={"stop": "0 20 * * 1-5", "start": "30 6 * * 1-5"},
)
"""Celery with every optional part."""
LEAN = _environment(
    "lean",
    "10.11.0.0/16",
    topology="local_executor",
    network={"cidr": "10.11.0.0/16", "zones": [f"{REGION}a", f"{REGION}b"], "egress": "single_nat", "flow_logs": False},
    load_balancer={
        "certificate_arn": CERTIFICATE,
        "access_logs": False,
        "waf": False,
        "deletion_protection": False,
    },
    database={
        "multi_az": False,
        "deletion_protection": False,
        "final_snapshot": False,
        "performance_insights": False,
    },
    airflow={"secrets_backend": False},
    logs={"destination": "cloudwatch"},
    alarms={"enabled": False},
    cleanup={"enabled": False},
)
"""The LocalExecutor without optional parts."""
SINGLE = _environment(
    "single",
    "10.12.0.0/16",
    topology="single",
    dags={"delivery": "s3"},
    load_balancer={
        "certificate_arn": CERTIFICATE,
        "domain_name": "airflow.example.com",
        "scheme": "internet-facing",
        "allowed_cidrs": ["203.0.113.0/24"],
    },
)
"""All Airflow processes in one Fargate task, with DAG files from releases in S3, behind a public load balancer."""
GUEST = _environment(
    "guest",
    "10.99.0.0/16",
    network={
        "zones": [f"{REGION}a", f"{REGION}b"],
        "egress": "none",
        "flow_logs": False,
        "existing": {"cidr": "10.99.0.0/16"},
    },
    database={"authentication": "iam"},
    broker={"engine": "redis", "engine_version": "7.0", "authentication": "iam"},
    telemetry={
        "otlp": {"endpoint": "https://otel.internal:4318", "cidr": "10.50.0.0/24"},
        "openlineage": {"endpoint": "https://lineage.internal", "cidr": "10.50.0.0/24"},
    },
)
"""Celery in an existing VPC, whose ids the emulator assigns; Redis OSS as broker, logins to the
database with tokens, private receivers of telemetry."""
BASES: Mapping[str, Data] = {"complete": COMPLETE, "lean": LEAN, "single": SINGLE, "guest": GUEST}
