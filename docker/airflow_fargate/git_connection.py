"""Builds the Airflow connections of the Git bundles from the variables that Terraform sets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from airflow_fargate.startup_error import StartupError

KNOWN_HOSTS = Path("/opt/airflow/git_known_hosts")
VARIABLE = "AIRFLOW_CONN_GIT_DAGS"
REPOSITORY = re.compile(r"AIRFLOW_GIT_REPO(?P<suffix>(_[A-Z0-9_]+)?)")


def lines(text: str) -> str:
    """The content of a key file: ``text`` with the escape ``\\n`` replaced by newlines and one newline at its end."""
    return text.replace("\\n", "\n").strip() + "\n"


def connections(environ: Mapping[str, str], *, known_hosts: Path = KNOWN_HOSTS) -> dict[str, str]:
    """Build ``AIRFLOW_CONN_GIT_DAGS`` for AIRFLOW_GIT_REPO, and one with the suffix of each AIRFLOW_GIT_REPO_<TEAM>.

    Args:
        known_hosts: file to write the pinned host keys to.

    Raises:
        StartupError: there is a deploy key but no host keys.
    """
    found = (REPOSITORY.fullmatch(name) for name in environ)
    suffixes = [match["suffix"] for match in found if match and environ[match[0]]]
    # Airflow expands $NAME in options, but not in connections.
    return {
        f"{VARIABLE}{suffix}": json.dumps(
            {
                "conn_type": "git",
                "host": environ[f"AIRFLOW_GIT_REPO{suffix}"],
                "extra": _extra(environ.get(f"AIRFLOW_GIT_DEPLOY_KEY{suffix}"), environ, known_hosts),
            }
        )
        for suffix in suffixes
        if f"{VARIABLE}{suffix}" not in environ
    }


def _extra(key: str | None, environ: Mapping[str, str], known_hosts: Path) -> dict[str, str]:
    if not key:
        return {}
    hosts = environ.get("AIRFLOW_GIT_KNOWN_HOSTS")
    if not hosts:
        raise StartupError(
            "AIRFLOW_GIT_KNOWN_HOSTS is missing. Fix: set it to the host keys that the operator of the git server "
            "publishes"
        )
    known_hosts.write_text(lines(hosts))
    return {
        "private_key": lines(key),
        "strict_host_key_checking": "yes",
        "known_hosts_file": str(known_hosts),
    }
