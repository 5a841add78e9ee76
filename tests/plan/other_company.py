"""Another company: valid values of every variable of the exported stacks that differ from production's."""

from __future__ import annotations

import json
import re
from typing import Any

from modules.export.build import Module
from modules.export.examples import NOT_GIVEN
from modules.export.inputs import Input

ACCOUNT, REGION = "999999999999", "us-gov-west-1"
PARTITION = "aws-us-gov"
TEXTS: dict[str, Any] = {
    "account_id": ACCOUNT,
    "airflow_image_tag": "other-7",
    "alarms_email": "ops@other.example",
    "architecture": "X86_64",
    "broker_node_type": "cache.r7g.large",
    "components_triggerer_egress": {
        "queue": {"cidr": "198.18.9.0/24", "port": 5671, "reason": "message queue of the company"},
    },
    "components_triggerer_policies": {
        "queue": {"actions": ["sqs:ReceiveMessage"], "resources": [f"arn:{PARTITION}:sqs:*:{ACCOUNT}:jobs"]},
    },
    "components_triggerer_secrets": {"AIRFLOW_CONN_QUEUE": "/data/queue"},
    "dags_branch": "release",
    "dags_known_hosts": ["git.other.example ssh-ed25519 AAAAother", "git.other.example ssh-rsa AAAAmore"],
    "dags_repository": "git@git.other.example:team/dags.git",
    "dags_subdirectory": "pipelines",
    "database_instance_class": "db.r6g.xlarge",
    "iam_path": "/other/",
    "iam_permissions_boundary": f"arn:{PARTITION}:iam::{ACCOUNT}:policy/boundary",
    "load_balancer_allowed_cidrs": ["198.51.100.0/24", "192.0.2.0/24", "198.18.0.0/15"],
    "load_balancer_domain_name": "pipelines.other.example",
    "load_balancer_hosted_zone_id": "Z0OTHER00000",
    "load_balancer_scheme": "internal",
    "load_balancer_ssl_policy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "name_prefix": "pipelines",
    "network_cidr": "172.20.0.0/18",
    "region": REGION,
    "tags": {"owner": "other"},
    "worker_groups": {
        "etl": {
            "queues": ["reports", "imports"],
            "cpu": 2048,
            "memory_mib": 8192,
            "concurrency": 6,
            "min_count": 1,
            "max_count": 3,
            "spot_percent": 100,
            "ephemeral_storage_gib": 50,
            "egress": {
                "warehouse": {"cidr": "198.18.8.0/24", "port": 5439, "last_port": 5441, "reason": "data warehouse"},
                "erp": {"security_group": "${aws_security_group.erp.id}", "port": 1521, "reason": "ERP of the company"},
            },
            "policies": {
                "input": {
                    "actions": ["s3:PutObject", "s3:GetObject"],
                    "resources": [f"arn:{PARTITION}:s3:::other-input/*"],
                    "conditions": {"StringEquals": {"aws:ResourceAccount": [ACCOUNT]}},
                },
                "catalog": {"arn": f"arn:{PARTITION}:iam::aws:policy/AWSGlueConsoleFullAccess"},
            },
            "secrets": {"AIRFLOW_CONN_WAREHOUSE": "/data/warehouse", "SMTP_PASSWORD": "/mail/smtp"},
        },
        "gpu-like": {
            "queues": ["training"],
            "cpu": 4096,
            "memory_mib": 8192,
            "egress": {
                "warehouse": {"cidr": "198.18.8.0/24", "port": 5439, "last_port": 5441, "reason": "data warehouse"}
            },
        },
        "quick": {"queues": ["default"], "min_count": 0, "spot_percent": 30, "on_demand_base": 1},
    },
    "zones": [f"{REGION}{letter}" for letter in "abc"],
}
INSTANCES = ("one", "two")


def other_value(item: Input) -> Any:
    """A valid value of ``item`` that differs from production."""
    if item.name in TEXTS:
        return TEXTS[item.name]
    current = item.default if item.current is NOT_GIVEN else item.current
    if item.name.endswith(("_cpu", "_memory_mib")):  # a size that Fargate offers
        return 2 * current
    if item.name.endswith("ephemeral_storage_gib"):
        return 42
    if item.type == "bool":
        return not current
    if item.type != "number":
        raise KeyError(f"TEXTS lacks {item.name}")
    choices = re.search(r"contains\((\[.*?\])", " ".join(rule.condition for rule in item.rules))
    allowed = json.loads(choices[1]) if choices else [current + 1, current - 1]
    bounds = [rule for rule in item.rules if " to " in rule.message and not choices]
    highest = float(re.findall(r"\d+", bounds[0].message)[-1]) if bounds else float("inf")
    return next(value for value in allowed if value != current and value <= highest)


def calls(modules: list[Module]) -> dict[str, Any]:
    """Two instances of each module; ``airflow`` takes the outputs of its ``foundation``."""
    made: dict[str, Any] = {}
    for module in modules:
        values: dict[str, Any] = {"for_each": f"${{toset({json.dumps(INSTANCES)})}}", "source": f"./{module.name}"}
        for item in module.inputs:
            if item.name == "name":
                values["name"] = "${each.key}"
            elif "module.foundation" in str(item.example):
                values[item.name] = item.example.replace("module.foundation", "module.foundation[each.key]")
            else:
                values[item.name] = other_value(item)
        made[module.name] = values
    return made
