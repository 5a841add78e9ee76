"""PostgreSQL, Redis and the emulator of AWS: what task definitions refer to and Fargate does not run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from local.compose.differences import AWS, AWS_PORT, REGION
from local.compose.location import LOOPBACK, Place
from local.containers.definition import ContainerDefinition

POSTGRES, REDIS = "postgres", "redis"
DATA = "database"
BUCKET = re.compile(r"s3://([^/]+)")
ROTATED = {"driver": "json-file", "options": {"max-size": "10m", "max-file": "2"}}

# The images' own checks, with the patience that a busy machine needs: Compose gives up at the first "unhealthy".
PATIENT = {"interval": "2s", "timeout": "10s", "retries": 45, "start_period": "60s"}


def beside(containers: Iterable[ContainerDefinition], *, place: Place) -> dict[str, Any]:
    """PostgreSQL, Redis and the emulator, under the addresses that the containers were given."""
    containers = tuple(containers)
    buckets = sorted({name for one in containers for text in one.environment.values() for name in BUCKET.findall(text)})
    region = _values(containers, REGION)[0]
    services = {
        POSTGRES: _with_tls(POSTGRES, _values(containers, "AIRFLOW_DB_HOST"), place)
        | {"volumes": [_authority(place), {"type": "volume", "source": DATA, "target": "/data"}]},
        AWS: {
            "image": place.images["emulator"],
            "environment": {"EMULATOR_BUCKETS": ",".join(buckets), REGION: region},
            "ports": [f"{LOOPBACK}::{AWS_PORT}"],
            **_hardened(),
        },
    }
    user, name = (_values(containers, variable) for variable in ("AIRFLOW_DB_USER", "AIRFLOW_DB_NAME"))
    services[POSTGRES]["environment"] |= {"POSTGRES_USER": user[0], "POSTGRES_DB": name[0]}
    brokers = _values(containers, "AIRFLOW_BROKER_HOST")
    if brokers:
        services[REDIS] = _with_tls(REDIS, brokers, place) | {"volumes": [_authority(place)]}
    return services


def _with_tls(image: str, names: list[str], place: Place) -> dict[str, Any]:
    return {
        "image": place.images[image],
        "environment": {"TLS_NAMES": ",".join(names)},
        "env_file": [{"path": place.env_file(image), "format": "raw"}],
        "networks": {"default": {"aliases": names}},
        **_hardened(),
    }


def _hardened() -> dict[str, Any]:
    return {
        "init": True,
        "read_only": True,
        "cap_drop": ["ALL"],
        "tmpfs": ["/tmp"],  # noqa: S108 - of the container
        "healthcheck": PATIENT,
        "restart": "unless-stopped",
        "logging": ROTATED,
    }


def _authority(place: Place) -> dict[str, Any]:
    return {"type": "bind", "source": f"./{place.folder}/authority", "target": "/authority", "read_only": True}


def _values(containers: Iterable[ContainerDefinition], variable: str) -> list[str]:
    return sorted({one.environment[variable] for one in containers if variable in one.environment})
