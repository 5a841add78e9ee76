"""Rules between the keys of one environment, and between environments."""

from environments.rules import (
    airflow,
    auth,
    compute,
    dag_access,
    database,
    load_balancer,
    names,
    network,
    production,
    quotas,
    schedules,
    state,
    tags,
    telemetry,
    text,
    timeouts,
    topology,
)
from environments.rules.registry import RULES, violations

__all__ = [
    "RULES",
    "airflow",
    "auth",
    "compute",
    "dag_access",
    "database",
    "load_balancer",
    "names",
    "network",
    "production",
    "quotas",
    "schedules",
    "state",
    "tags",
    "telemetry",
    "text",
    "timeouts",
    "topology",
    "violations",
]
