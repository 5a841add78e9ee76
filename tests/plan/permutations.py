"""Twelve environments that cover every pair of values of topology, egress, delivery and backend."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import product
from typing import Any

from tests.unit.environments.cases import GONE, HOST_KEY, SMALLEST, changed

Case = Mapping[str, str]
TOPOLOGIES = ("celery", "local_executor", "single", "sequential")
EGRESS = ("single_nat", "nat_per_zone", "none")
DELIVERIES = ("git_sync", "git_bundle", "baked")
BACKENDS = ("s3", "cloud", "local")
VALUES = {"topology": TOPOLOGIES, "egress": EGRESS, "delivery": DELIVERIES, "backend": BACKENDS}
STATES: Mapping[str, Mapping[str, str]] = {
    "s3": {"bucket": "states"},
    "cloud": {"backend": "cloud", "bucket": GONE, "organization": "example", "project": "airflow"},
    "local": {"backend": "local", "bucket": GONE, "path": "state"},
}
EXISTING: Mapping[str, Any] = {
    "vpc_id": "vpc-0123456789abcdef0",
    "cidr": "10.99.0.0/16",
    "public_subnet_ids": ["subnet-00000000", "subnet-00000001"],
    "application_subnet_ids": ["subnet-10000000", "subnet-10000001"],
    "data_subnet_ids": ["subnet-20000000", "subnet-20000001"],
}
GIT = {"repository": "git@github.com:example/dags.git", "deploy_key": True, "known_hosts": [HOST_KEY]}
ON_FARGATE: Mapping[str, Mapping[str, Any]] = {
    "ecs": {"topology": "ecs", "dags": {"delivery": "git_sync", **GIT}, "ecs_executor": {"spot": True}},
    "celery-and-ecs": {
        "ecs_executor": {"sizes": [{"name": "large", "cpu": 4096, "memory_mib": 16384}]},
        "broker": {"authentication": "iam"},
    },
}
"""Changes of the smallest environment: Airflow tasks that run in separate Fargate tasks; users of the broker."""
REMOTE = "data.terraform_remote_state.foundation.outputs."


def cases() -> tuple[Case, ...]:
    """An orthogonal array: each topology with each egress once; delivery and backend by sums modulo three."""
    return tuple(
        {
            "topology": topology,
            "egress": egress,
            "delivery": DELIVERIES[(row + column) % 3],
            "backend": BACKENDS[(row + 2 * column) % 3],
        }
        for (row, topology), (column, egress) in product(enumerate(TOPOLOGIES), enumerate(EGRESS))
    )


def data_of(case: Case) -> dict[str, Any]:
    """The values of an environment file for ``case``.

    Git delivery needs internet access, which a new VPC without NAT lacks: such a case uses an existing VPC.
    """
    git = case["delivery"] != "baked"
    network: dict[str, Any] = {"egress": case["egress"]}
    if git and case["egress"] == "none":
        network |= {"cidr": GONE, "existing": EXISTING, "flow_logs": False}
    changes = {
        "topology": case["topology"],
        "network": network,
        "state": STATES[case["backend"]],
        "dags": {"delivery": case["delivery"], **(GIT if git else {})},
    }
    return changed(SMALLEST, changes)


def joined(foundation: Mapping[str, Any], airflow: Mapping[str, Any]) -> dict[str, Any]:
    """Both stacks as a single root, in which locals replace the remote state of the foundation.

    Raises:
        ValueError: both stacks have a resource with the same address.
    """
    text = json.dumps({part: airflow.get(part, {}) for part in ("resource", "locals")}).replace(REMOTE, "local.")
    own = json.loads(text)
    resources = {kind: dict(named) for kind, named in foundation["resource"].items()}
    for kind, named in own["resource"].items():
        shared = named.keys() & resources.get(kind, {}).keys()
        if shared:
            raise ValueError(f"both stacks have {kind}: {sorted(shared)}")
        resources.setdefault(kind, {}).update(named)
    published = {name: output["value"] for name, output in foundation["output"].items()}
    terraform = {"required_providers": foundation["terraform"]["required_providers"]}
    return {
        "terraform": terraform,
        "provider": foundation["provider"],
        "locals": published | own["locals"],
        "ephemeral": foundation["ephemeral"],
        "resource": resources,
    }
