"""The Airflow connection ``git_dags`` for GitDagBundle, from the variables that Terraform sets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from airflow_fargate.startup_error import Refusal

KNOWN_HOSTS = Path("/opt/airflow/git_known_hosts")
VARIABLE = "AIRFLOW_CONN_GIT_DAGS"


def lines(text: str) -> str:
    """A key or host keys as a file holds them; Parameter Store may have been given ``\\n`` for the end of a line."""
    return text.replace("\\n", "\n").strip() + "\n"


def connection(environ: Mapping[str, str], *, known_hosts: Path = KNOWN_HOSTS) -> dict[str, str]:
    """``AIRFLOW_CONN_GIT_DAGS``, or nothing without AIRFLOW_GIT_REPO. Writes the pinned host keys to ``known_hosts``.

    Raises Refusal for a deploy key without host keys.
    """
    repository, key = environ.get("AIRFLOW_GIT_REPO"), environ.get("AIRFLOW_GIT_DEPLOY_KEY")
    if not repository or VARIABLE in environ:
        return {}
    extra: dict[str, str] = {}
    if key:
        hosts = environ.get("AIRFLOW_GIT_KNOWN_HOSTS")
        if not hosts:
            raise Refusal("AIRFLOW_GIT_KNOWN_HOSTS is missing. Fix: pin the host's keys (ssh-keyscan HOST)")
        known_hosts.write_text(lines(hosts))
        extra = {
            "private_key": lines(key),
            "strict_host_key_checking": "yes",
            "known_hosts_file": str(known_hosts),
        }
    # Airflow expands $NAME in options only, not in connections.
    return {VARIABLE: json.dumps({"conn_type": "git", "host": repository, "extra": extra})}
