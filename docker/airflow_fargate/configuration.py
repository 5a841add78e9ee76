"""Builds Airflow's options from the variables of the container contract (docs/container_contract.md)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from airflow_fargate import database_token, git_connection, worker_users
from airflow_fargate.backing_services import Broker, Database
from airflow_fargate.components import API_SERVER_ARGUMENTS, DATABASE_PASSWORD, FERNET_KEY, PARAMETERS, Component
from airflow_fargate.sign_on import settings as sign_on
from airflow_fargate.startup_error import StartupError

# Defaults of this image. A task definition may override each of them.
DEFAULTS: Mapping[str, str] = {
    "AIRFLOW__CORE__HOSTNAME_CALLABLE": "airflow.utils.net.get_host_ip_address",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    # The simple auth manager generates passwords in each container, so it does not work with two api-servers.
    "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
    "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "True",
    "AIRFLOW__API__PORT": "8080",
    # The load balancer has a private address. It sets X-Forwarded-For, -Proto and -Port, and passes on the -Host and
    # -Prefix that a client sent: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
    "FORWARDED_ALLOW_IPS": "10.0.0.0/8,100.64.0.0/10,172.16.0.0/12,192.168.0.0/16",
    "AIRFLOW__FAB__PROXY_FIX_X_HOST": "0",
    "AIRFLOW__FAB__PROXY_FIX_X_PREFIX": "0",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "AIRFLOW__METRICS__STAT_NAME_HANDLER": "airflow_fargate.stat_names.valid",
    # The ECS executor uses the task role, not a connection `aws_default` that DAGs may have.
    "AIRFLOW__AWS_ECS_EXECUTOR__CONN_ID": "",
}
# Defaults of one component, which come before those of the image.
OF_COMPONENT: Mapping[str, Mapping[str, str]] = {
    "airflow-task": {"AIRFLOW__CORE__HOSTNAME_CALLABLE": "airflow_fargate.fargate_task.hostname"},
}
WORKER_OPTIONS = "airflow_fargate.celery_config.CELERY_CONFIG"
CONNECT_ARGS = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS"
TOKENS = "airflow_fargate.sqlalchemy_tokens.CONNECT_ARGS"


def assemble(component: Component, environ: Mapping[str, str]) -> dict[str, str]:
    """Build the variables to add to ``environ`` for ``component``. Variables in ``environ`` override defaults.

    Raises:
        StartupError: a secret or an address is missing, empty or malformed.
    """
    check_secrets(component, environ)
    defaults = {**DEFAULTS, **OF_COMPONENT.get(component.name, {})}
    options = {name: value for name, value in defaults.items() if name not in environ}
    if component.database or environ.get(DATABASE_PASSWORD) or database_token.is_required(environ):
        options |= _database(component, Database.of(environ))
        options |= _tokens(component, environ)
    if component.uses_broker(environ):
        options["AIRFLOW__CELERY__BROKER_URL"] = Broker.of(environ).url
    if component.name == "worker":
        options |= _worker(environ)
    if component.name == "migrate":
        worker_users.wanted(environ)
    if component.name in {"api-server", "standalone"}:
        options |= sign_on.options(environ)
    return options | git_connection.connections(environ)


def check_secrets(component: Component, environ: Mapping[str, str]) -> None:
    """Raise StartupError for missing secrets, naming all of them, and for a malformed Fernet key."""
    missing = [name for name in component.needs(environ) if not environ.get(name, "").strip()]
    if missing:
        path = environ.get("AIRFLOW_PARAMETER_PATH") or "AIRFLOW_PARAMETER_PATH"
        fix = ", ".join(f"{path}/{PARAMETERS[name]}" for name in missing)
        raise StartupError(f"{', '.join(missing)} missing or empty. Fix: give a value to the parameter {fix}")
    if FERNET_KEY in component.needs(environ):
        _check_fernet_keys(environ[FERNET_KEY])


def _check_fernet_keys(keys: str) -> None:
    for position, key in enumerate(keys.split(","), start=1):
        try:
            length = len(base64.b64decode(key.strip(), altchars=b"-_", validate=True))
        except (binascii.Error, ValueError):
            length = 0
        if length != 32:
            raise StartupError(
                f"{FERNET_KEY}: key {position} is not 32 bytes in URL-safe base64. Fix: generate a key with "
                "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
            )


def _database(component: Component, database: Database) -> dict[str, str]:
    """The database's options. A worker gets the result backend only: its Airflow tasks would inherit PGSSL*."""
    if component.name == "worker":
        return {"AIRFLOW__CELERY__RESULT_BACKEND": database.result_backend}
    return {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database.url,
        "AIRFLOW__CELERY__RESULT_BACKEND": database.result_backend,
        "PGSSLMODE": database.sslmode,
        "PGSSLROOTCERT": database.ca_file,
    }


def _tokens(component: Component, environ: Mapping[str, str]) -> dict[str, str]:
    """The option that gives Airflow's engines their tokens. A worker has no engine but Celery's result backend."""
    if not database_token.is_required(environ) or component.name == "worker":
        return {}
    if environ.get(CONNECT_ARGS, TOKENS) != TOKENS:
        raise StartupError(
            f"{CONNECT_ARGS}: {database_token.AUTHENTICATION}=iam sets this option, got {environ[CONNECT_ARGS]!r}. "
            "Fix: remove the option"
        )
    return {CONNECT_ARGS: TOKENS}


def _worker(environ: Mapping[str, str]) -> dict[str, str]:
    options = {"AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS": WORKER_OPTIONS}
    concurrency = environ.get("AIRFLOW_WORKER_CONCURRENCY")
    if concurrency:
        if not concurrency.isdigit() or int(concurrency) < 1:
            raise StartupError(f"AIRFLOW_WORKER_CONCURRENCY: expected a whole number >= 1, got {concurrency!r}")
        options["AIRFLOW__CELERY__WORKER_CONCURRENCY"] = concurrency
    return options


def arguments(component: Component, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The arguments that follow the component's command."""
    if component.name == "api-server":
        return API_SERVER_ARGUMENTS
    queues = environ.get("AIRFLOW_WORKER_QUEUES")
    return ("--queues", queues) if component.name == "worker" and queues else ()
