"""The smallest valid environment, and the messages about a changed one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from environments import InvalidEnvironment
from environments.load import from_data

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
GONE = "(gone)"
"""Value of a change that removes the key."""


def changed(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` merged with ``changes``; mappings are merged, lists are replaced."""
    merged = dict(base)
    for key, value in changes.items():
        if value == GONE:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = changed(merged[key], value)
        else:
            merged[key] = value
    return merged


def messages(**changes: Any) -> list[str]:
    """The messages about the smallest environment with ``changes``; empty when it is valid."""
    try:
        from_data(changed(SMALLEST, changes), source="dev.yaml")
    except InvalidEnvironment as error:
        return str(error).removeprefix("dev.yaml: ").split("\ndev.yaml: ")
    return []
