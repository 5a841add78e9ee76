"""Where the backing services are and how to reach them, from the variables that Terraform sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from airflow_fargate.components import BROKER_PASSWORD, DATABASE_PASSWORD
from airflow_fargate.startup_error import Refusal

CA_FILE = "/opt/airflow-fargate/ca.pem"


def ca_file(environ: Mapping[str, str]) -> str:
    """The certificates that vouch for database and broker; raises Refusal where the file is not there."""
    path = environ.get("AIRFLOW_CA_FILE") or CA_FILE
    if not Path(path).is_file():
        raise Refusal(f"AIRFLOW_CA_FILE: there is no file {path}. Fix: mount it, or leave the variable out")
    return path


def _encoded(text: str) -> str:
    """Percent-encoded with nothing excepted: Airflow would expand a bare $NAME in a value."""
    return quote(text, safe="")


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name)
    if not value:
        raise Refusal(f"{name} is missing or empty. Fix: set it in the task definition")
    return value


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise Refusal(f"{name}: a port is a number from 1 to 65535, got {value!r}")
    return int(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The metadata database (PostgreSQL, TLS)."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)
    sslmode: str
    ca_file: str

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Database:
        """Read it from ``environ``; raises Refusal on what is missing."""
        return cls(
            host=_required(environ, "AIRFLOW_DB_HOST"),
            port=_port(environ, "AIRFLOW_DB_PORT", 5432),
            name=environ.get("AIRFLOW_DB_NAME") or "airflow",
            user=environ.get("AIRFLOW_DB_USER") or "airflow",
            password=_required(environ, DATABASE_PASSWORD),
            sslmode=environ.get("AIRFLOW_DB_SSLMODE") or "verify-full",
            ca_file=ca_file(environ),
        )

    @property
    def place(self) -> str:
        """Where it is, for people: no credentials."""
        return f"{self.host}:{self.port}/{self.name}"

    @property
    def url(self) -> str:
        """The SQLAlchemy URL, without TLS options: the asynchronous engine breaks on them."""
        credentials = f"{_encoded(self.user)}:{_encoded(self.password)}"
        return f"postgresql+psycopg2://{credentials}@{self.host}:{self.port}/{_encoded(self.name)}"

    @property
    def tls(self) -> dict[str, str]:
        """libpq's TLS options."""
        return {"sslmode": self.sslmode, "sslrootcert": self.ca_file}

    @property
    def result_backend(self) -> str:
        """Celery's URL: it is only used synchronously, so it may carry the TLS options."""
        return f"db+{self.url}?{urlencode(self.tls)}"

    @property
    def arguments(self) -> dict[str, str | int]:
        """What psycopg2.connect takes."""
        return {
            "host": self.host,
            "port": self.port,
            "dbname": self.name,
            "user": self.user,
            "password": self.password,
            **self.tls,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Redis or Valkey (TLS, verified)."""

    host: str
    port: int
    password: str = field(repr=False)
    ca_file: str

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Broker:
        """Read it from ``environ``; raises Refusal on what is missing."""
        return cls(
            host=_required(environ, "AIRFLOW_BROKER_HOST"),
            port=_port(environ, "AIRFLOW_BROKER_PORT", 6379),
            password=_required(environ, BROKER_PASSWORD),
            ca_file=ca_file(environ),
        )

    @property
    def place(self) -> str:
        """Where it is, for people: no credentials."""
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Celery's URL. Without the two options ``rediss`` would not verify the certificate."""
        options = urlencode({"ssl_cert_reqs": "required", "ssl_ca_certs": self.ca_file})
        return f"rediss://:{_encoded(self.password)}@{self.host}:{self.port}/0?{options}"
