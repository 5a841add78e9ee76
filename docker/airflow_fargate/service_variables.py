"""Reads the variables that Terraform sets for the database and the broker, and checks their values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from airflow_fargate.startup_error import StartupError

CA_FILE = "/opt/airflow-fargate/ca.pem"


def ca_file(environ: Mapping[str, str]) -> str:
    """The file of certificate authorities for database and broker; raises StartupError where it does not exist."""
    path = environ.get("AIRFLOW_CA_FILE") or CA_FILE
    if not Path(path).is_file():
        raise StartupError(f"AIRFLOW_CA_FILE: file {path} does not exist. Fix: mount it, or unset the variable")
    return path


def encoded(text: str) -> str:
    """``text`` percent-encoded completely: Airflow would expand ``$NAME`` in an option's value."""
    return quote(text, safe="")


def required(environ: Mapping[str, str], name: str) -> str:
    """The value of a variable; raises StartupError where it is missing or empty."""
    value = environ.get(name)
    if not value:
        raise StartupError(f"{name} is missing or empty. Fix: set it in the task definition")
    return value


def port_number(environ: Mapping[str, str], name: str, default: int) -> int:
    """The port in a variable; raises StartupError for another value."""
    value = environ.get(name) or str(default)
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise StartupError(f"{name}: expected a port from 1 to 65535, got {value!r}")
    return int(value)
