"""The image's entrypoint: ``python -m airflow_fargate COMPONENT [ARGUMENT...]``."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from airflow_fargate import components, configuration, database_token, fernet, parameters, teams, token_login, waiting
from airflow_fargate.backing_services import Broker, Database
from airflow_fargate.components import DATABASE_PASSWORD, FERNET_KEY, Component
from airflow_fargate.startup_error import StartupError

WAIT_SECONDS = 120.0


def prepare(component: Component, environ: Mapping[str, str]) -> dict[str, str]:
    """Fetch missing secrets and add Airflow's options; return the environment of the component's process.

    Raises:
        StartupError: a variable is missing or wrong.
    """
    secrets = parameters.fetch(names=component.needs(environ), environ=environ)
    complete = {**environ, **secrets, "AIRFLOW_COMPONENT": component.name}
    return complete | configuration.assemble(component, complete)


def wait_for_backing_services(component: Component, environ: Mapping[str, str]) -> None:
    """Wait until the backing services that ``component`` uses are ready.

    Raises:
        StartupError: a service was not ready within AIRFLOW_WAIT_SECONDS, or the Fernet keys are not the database's.
    """
    seconds = float(environ.get("AIRFLOW_WAIT_SECONDS") or WAIT_SECONDS)
    if component.database:
        database = Database.of(environ)
        waiting.wait(
            service=f"database {database.address}",
            probe=lambda: _log_in(component, database, environ),
            seconds=seconds,
            fix="check the address, the security groups and "
            + ("rds-db:connect of the task role" if database.region else "the password parameter"),
        )
        if component.schema:
            waiting.wait(
                service=f"schema of {database.address}",
                probe=lambda: waiting.check_schema(database),
                seconds=seconds,
                fix="run the migrate task of this image, then start again",
            )
            if FERNET_KEY in component.secrets:
                fernet.check(database, environ[FERNET_KEY])
        if component.name == "dag-processor":
            teams.ensure_pools(database, environ)
    if component.uses_broker(environ):
        broker = Broker.of(environ)
        waiting.wait(
            service=f"broker {broker.address}",
            probe=lambda: waiting.check_broker(broker),
            seconds=seconds,
            fix="check the address, the security groups and "
            + ("elasticache:Connect of the task role" if broker.cache else "the auth token parameter"),
        )


def _log_in(component: Component, database: Database, environ: Mapping[str, str]) -> None:
    """Raise NotReady unless the database accepts a login. ``migrate`` makes it accept tokens before the first one."""
    if database_token.is_required(environ) and component.name == "migrate":
        token_login.allow(database, environ[DATABASE_PASSWORD])
    else:
        waiting.check_database(database)


def main(arguments: list[str]) -> None:
    """Replace this process by the component that the first argument names; exit with one line where it cannot start."""
    name = arguments[0] if arguments else os.environ.get("AIRFLOW_COMPONENT", "")
    try:
        component = components.find(name)
        environ = prepare(component, os.environ)
        wait_for_backing_services(component, environ)
    except StartupError as error:
        print(f"airflow-fargate: {name}: {error}", file=sys.stderr, flush=True)
        sys.exit(error.exit_code)
    command = (*component.command, *configuration.arguments(component, environ), *arguments[1:])
    os.execvpe(command[0], command, environ)  # noqa: S606 - the entrypoint becomes the component


if __name__ == "__main__":
    main(sys.argv[1:])
