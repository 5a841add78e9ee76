"""Compose services for PostgreSQL, Redis and the AWS emulator, in place of RDS, ElastiCache and AWS."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from local.compose.differences import AWS, AWS_PORT, REGION
from local.compose.local_run import LOOPBACK, LocalRun
from local.containers.definition import ContainerDefinition

POSTGRES, REDIS = "postgres", "redis"
DATA = "database"
BUCKET = re.compile(r"s3://([^/]+)")
ROTATED = {"driver": "json-file", "options": {"max-size": "10m", "max-file": "2"}}

# Longer limits than the images' own: on a busy machine Compose would fail at the first "unhealthy".
HEALTH_CHECK = {"interval": "5s", "timeout": "10s", "retries": 18, "start_period": "60s"}


def backing_services(containers: Iterable[ContainerDefinition], *, local_run: LocalRun) -> dict[str, Any]:
    """The Compose services, with the addresses in the variables of ``containers`` as network aliases.

    Redis is included where a container has a broker.
    """
    containers = tuple(containers)
    texts = [text for container in containers for text in container.environment.values()]
    buckets = sorted({name for text in texts for name in BUCKET.findall(text)})
    region = _values(containers, REGION)[0]
    services = {
        POSTGRES: _with_tls(POSTGRES, _values(containers, "AIRFLOW_DB_HOST"), local_run)
        | {"volumes": [_authority(local_run), {"type": "volume", "source": DATA, "target": "/data"}]},
        AWS: {
            "image": local_run.images["emulator"],
            "environment": {"EMULATOR_BUCKETS": ",".join(buckets), REGION: region},
            "ports": [f"{LOOPBACK}::{AWS_PORT}"],
            **_hardened(),
        },
    }
    user, name = (_values(containers, variable) for variable in ("AIRFLOW_DB_USER", "AIRFLOW_DB_NAME"))
    services[POSTGRES]["environment"] |= {"POSTGRES_USER": user[0], "POSTGRES_DB": name[0]}
    brokers = _values(containers, "AIRFLOW_BROKER_HOST")
    if brokers:
        services[REDIS] = _with_tls(REDIS, brokers, local_run) | {"volumes": [_authority(local_run)]}
    return services


def _with_tls(image: str, names: list[str], local_run: LocalRun) -> dict[str, Any]:
    return {
        "image": local_run.images[image],
        "environment": {"TLS_NAMES": ",".join(names)},
        "env_file": [{"path": local_run.env_file(image), "format": "raw"}],
        "networks": {"default": {"aliases": names}},
        **_hardened(),
    }


def _hardened() -> dict[str, Any]:
    return {
        "init": True,
        "read_only": True,
        "cap_drop": ["ALL"],
        "tmpfs": ["/tmp"],  # noqa: S108 - inside the container
        "healthcheck": HEALTH_CHECK,
        "restart": "unless-stopped",
        "logging": ROTATED,
    }


def _authority(local_run: LocalRun) -> dict[str, Any]:
    return {"type": "bind", "source": f"./{local_run.folder}/authority", "target": "/authority", "read_only": True}


def _values(containers: Iterable[ContainerDefinition], variable: str) -> list[str]:
    return sorted({container.environment[variable] for container in containers if variable in container.environment})
