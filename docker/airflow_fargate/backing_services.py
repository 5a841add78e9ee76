"""Addresses and credentials of database and broker, read from the variables that Terraform sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from airflow_fargate import broker_token, database_token
from airflow_fargate.components import BROKER_PASSWORD, DATABASE_PASSWORD
from airflow_fargate.service_variables import ca_file, encoded, port_number, required
from airflow_fargate.startup_error import StartupError

CONNECT_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The metadata database (PostgreSQL over TLS), or RDS Proxy in front of it.

    Args:
        password: the password; empty for a login with tokens.
        region: AWS region that the tokens are for; empty for a login with the password.
    """

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)
    sslmode: str
    ca_file: str
    region: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Database:
        """Read the database from ``environ``; raises StartupError for a missing variable or a wrong value."""
        tokens = database_token.is_required(environ)
        sslmode = environ.get("AIRFLOW_DB_SSLMODE") or "verify-full"
        if tokens and sslmode != "verify-full":
            raise StartupError(
                f"AIRFLOW_DB_SSLMODE: tokens of IAM require verify-full, got {sslmode!r}. Fix: unset the variable"
            )
        return cls(
            host=required(environ, "AIRFLOW_DB_HOST"),
            port=port_number(environ, "AIRFLOW_DB_PORT", 5432),
            name=environ.get("AIRFLOW_DB_NAME") or "airflow",
            user=environ.get("AIRFLOW_DB_USER") or "airflow",
            password="" if tokens else required(environ, DATABASE_PASSWORD),
            sslmode=sslmode,
            ca_file=ca_file(environ),
            region=environ.get("AWS_REGION") or required(environ, "AWS_DEFAULT_REGION") if tokens else "",
        )

    @property
    def address(self) -> str:
        """Host, port and database name for messages, without credentials."""
        return f"{self.host}:{self.port}/{self.name}"

    @property
    def url(self) -> str:
        """The SQLAlchemy URL without TLS options, which the asynchronous engine does not accept.

        With tokens it has no password: ``airflow_fargate.sqlalchemy_tokens`` adds one to each connection.
        """
        credentials = encoded(self.user) + (f":{encoded(self.password)}" if self.password else "")
        return f"postgresql+psycopg2://{credentials}@{self.host}:{self.port}/{encoded(self.name)}"

    @property
    def tls(self) -> dict[str, str]:
        """The TLS options of libpq."""
        return {"sslmode": self.sslmode, "sslrootcert": self.ca_file}

    @property
    def result_backend(self) -> str:
        """The URL of Celery's result backend, which is synchronous and accepts TLS options."""
        return f"db+{self.url}?{urlencode(self.tls)}"

    def current_password(self) -> str:
        """The password for a connection that is opened now: a fresh token where the database requires tokens."""
        if not self.region:
            return self.password
        return database_token.make(host=self.host, port=self.port, user=self.user, region=self.region)

    def with_password(self, password: str) -> Database:
        """The same database for a login with ``password`` in place of tokens."""
        return replace(self, password=password, region="")

    def connect(self, *, application_name: str = "airflow-fargate", seconds: int = CONNECT_SECONDS) -> Any:
        """Open a psycopg2 connection.

        Every connection of this package is opened here. The start-up packet holds no server setting: RDS Proxy rejects
        ``options`` ("RDS Proxy currently doesn't support command-line options"), so a statement timeout is set with
        ``limit_statements`` after connecting.

        Args:
            application_name: name in ``pg_stat_activity``.
            seconds: longest time for the connection to open.

        Raises:
            psycopg2.OperationalError: the database does not answer, or rejects the connection.
        """
        import psycopg2

        return psycopg2.connect(
            host=self.host,
            port=self.port,
            dbname=self.name,
            user=self.user,
            password=self.current_password(),
            connect_timeout=seconds,
            application_name=application_name,
            **self.tls,
        )


def limit_statements(cursor: Any, *, seconds: int) -> None:
    """Limit the time of each statement in the current transaction of a psycopg2 cursor.

    ``SET LOCAL`` rather than ``SET``: RDS Proxy pins a session whose settings differ, and a pinned session occupies a
    database connection for as long as the client stays connected.
    """
    cursor.execute("set local statement_timeout = %s", (seconds * 1000,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Redis or Valkey over TLS with a verified certificate.

    Args:
        password: the AUTH token; empty for a login with IAM tokens.
        cache: id of the replication group that IAM tokens are for; empty for a login with the AUTH token.
        user: user that logs in with IAM tokens.
        region: AWS region that IAM tokens are for.
    """

    host: str
    port: int
    password: str = field(repr=False)
    ca_file: str
    cache: str = ""
    user: str = ""
    region: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Broker:
        """Read the broker from ``environ``; raises StartupError for a missing variable or a wrong value."""
        tokens = broker_token.is_required(environ)
        return cls(
            host=required(environ, "AIRFLOW_BROKER_HOST"),
            port=port_number(environ, "AIRFLOW_BROKER_PORT", 6379),
            password="" if tokens else required(environ, BROKER_PASSWORD),
            ca_file=ca_file(environ),
            cache=required(environ, "AIRFLOW_BROKER_CACHE") if tokens else "",
            user=required(environ, "AIRFLOW_BROKER_USER") if tokens else "",
            region=environ.get("AWS_REGION") or required(environ, "AWS_DEFAULT_REGION") if tokens else "",
        )

    @property
    def address(self) -> str:
        """Host and port for messages, without credentials."""
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL of Celery's broker. Without the options of TLS, ``rediss`` would not verify the certificate.

        With IAM tokens it has no password: kombu asks ``airflow_fargate.broker_credentials`` for each connection.
        """
        options = {"ssl_cert_reqs": "required", "ssl_ca_certs": self.ca_file}
        if self.cache:
            options["credential_provider"] = "airflow_fargate.broker_credentials.TaskRole"
        credentials = "" if self.cache else f":{encoded(self.password)}@"
        return f"rediss://{credentials}{self.host}:{self.port}/0?{urlencode(options)}"

    def current_password(self) -> str:
        """The password for a connection that is opened now: a fresh token where the broker requires IAM tokens."""
        if not self.cache:
            return self.password
        return broker_token.make(cache=self.cache, user=self.user, region=self.region)

    def connect(self, *, seconds: int = CONNECT_SECONDS) -> Any:
        """A client of redis-py for one check.

        Args:
            seconds: longest time for the connection to open and for each answer.
        """
        import redis

        return redis.Redis(
            host=self.host,
            port=self.port,
            username=self.user or None,
            password=self.current_password(),
            ssl=True,
            ssl_cert_reqs="required",
            ssl_ca_certs=self.ca_file,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
        )
