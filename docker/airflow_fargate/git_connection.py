"""Builds the Airflow connection ``git_dags`` of the Git bundle from the variables that Terraform sets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from airflow_fargate.startup_error import StartupError

KNOWN_HOSTS = Path("/opt/airflow/git_known_hosts")
VARIABLE = "AIRFLOW_CONN_GIT_DAGS"


def lines(text: str) -> str:
    """The content of a key file: ``text`` with the escape ``\\n`` replaced by newlines and one newline at its end."""
    return text.replace("\\n", "\n").strip() + "\n"


def connection(environ: Mapping[str, str], *, known_hosts: Path = KNOWN_HOSTS) -> dict[str, str]:
    """Build ``AIRFLOW_CONN_GIT_DAGS``; empty without AIRFLOW_GIT_REPO, or where the variable is set already.

    Args:
        known_hosts: file to write the pinned host keys to.

    Raises:
        StartupError: there is a deploy key but no host keys.
    """
    repository, key = environ.get("AIRFLOW_GIT_REPO"), environ.get("AIRFLOW_GIT_DEPLOY_KEY")
    if not repository or VARIABLE in environ:
        return {}
    extra: dict[str, str] = {}
    if key:
        hosts = environ.get("AIRFLOW_GIT_KNOWN_HOSTS")
        if not hosts:
            raise StartupError("AIRFLOW_GIT_KNOWN_HOSTS is missing. Fix: pin the host's keys (ssh-keyscan HOST)")
        known_hosts.write_text(lines(hosts))
        extra = {
            "private_key": lines(key),
            "strict_host_key_checking": "yes",
            "known_hosts_file": str(known_hosts),
        }
    # Airflow expands $NAME in options, but not in connections.
    return {VARIABLE: json.dumps({"conn_type": "git", "host": repository, "extra": extra})}
