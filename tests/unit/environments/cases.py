"""The smallest valid environment, and the messages about a changed one."""

from __future__ import annotations

from typing import Any

from day_two.bases import ABSENT as GONE
from day_two.bases import changed
from environments import InvalidEnvironment
from environments.load import from_data

__all__ = ["GONE", "changed"]  # for the tests that import them from here

CERTIFICATE = "arn:aws:acm:eu-central-1:111111111111:certificate/0000"
SMALLEST: dict[str, Any] = {
    "name": "dev",
    "account_id": "111111111111",
    "region": "eu-central-1",
    "state": {"bucket": "state-of-dev"},
    "network": {"cidr": "10.10.0.0/16", "zones": ["eu-central-1a", "eu-central-1b"]},
    "load_balancer": {"certificate_arn": CERTIFICATE},
}
HOST_KEY = "github.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
GIT_SSH: dict[str, Any] = {
    "delivery": "git_sync",
    "repository": "git@github.com:example/dags.git",
    "subdirectory": "team/dags",
    "deploy_key": True,
    "known_hosts": [HOST_KEY],
}
"""A private repository. All tests share it, so that its environments are synthesized once."""
GIT_BUNDLE = {**GIT_SSH, "delivery": "git_bundle", "interval_seconds": 30}
DAG_ACCESS: dict[str, Any] = {
    "egress": [
        {"cidr": "203.0.113.0/24", "port": 587, "reason": "SMTP relay"},
        {"cidr": "0.0.0.0/0", "port": 465, "reason": "SMTP servers of customers"},
        {"cidr": "198.51.100.0/25", "port": 5439, "last_port": 5441, "reason": "Redshift of the data team"},
        {"security_group": "sg-0123456789abcdef0", "port": 1521, "reason": "Oracle of the ERP"},
    ],
    "policies": [
        {"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"},
        {
            "actions": ["s3:GetObject"],
            "resources": ["arn:aws:s3:::example-input/*"],
            "conditions": {"StringEquals": {"aws:ResourceAccount": ["111111111111"]}},
        },
    ],
    "secrets": {
        "AIRFLOW_CONN_WAREHOUSE": "/airflow/dev/connections/warehouse",
        "SMTP_PASSWORD": "arn:aws:ssm:eu-central-1:111111111111:parameter/mail/smtp-password",
    },
}
"""What the DAGs of a service need beyond Airflow itself: every kind of destination, policy and secret."""
TWO_TEAMS: dict[str, Any] = {
    "dags": GIT_BUNDLE,
    "broker": {"authentication": "iam"},
    "database": {"authentication": "iam"},
    "workers": [
        {"name": "default", "queues": ["default"]},
        {
            "name": "sales",
            "queues": ["sales"],
            "egress": [{"cidr": "198.51.100.0/25", "port": 5439, "reason": "Warehouse of sales"}],
            "policies": [{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::data-of-sales/*"]}],
        },
        {"name": "ops", "queues": ["ops", "ops.slow"], "secrets": {"TOKEN": "/airflow/dev/teams/ops/token"}},
    ],
    "teams": [
        {"name": "sales", "worker_groups": ["sales"], "repository": "git@github.com:example/sales.git"},
        {"name": "ops", "worker_groups": ["ops"], "repository": "git@github.com:example/ops.git", "pool_slots": 8},
    ],
}
"""Two teams, and a worker group that belongs to no team."""
WITH_DAG_ACCESS: dict[str, Any] = {"workers": [{"name": "default", "queues": ["default"], **DAG_ACCESS}]}


def messages(**changes: Any) -> list[str]:
    """The messages about the smallest environment with ``changes``; empty when it is valid."""
    try:
        from_data(changed(SMALLEST, changes), source="dev.yaml")
    except InvalidEnvironment as error:
        return str(error).removeprefix("dev.yaml: ").split("\ndev.yaml: ")
    return []
