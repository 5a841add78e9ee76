"""The image's entrypoint: ``python -m airflow_fargate COMPONENT [ARGUMENT...]``."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from airflow_fargate import components, configuration, fernet, parameters, waiting
from airflow_fargate.backing_services import Broker, Database
from airflow_fargate.components import FERNET_KEY, Component
from airflow_fargate.startup_error import Refusal

WAIT_SECONDS = 120.0


def prepare(component: Component, environ: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of the component's process; raises Refusal where it cannot be right."""
    secrets = parameters.fetch(names=component.needs(environ), environ=environ)
    complete = {**environ, **secrets, "AIRFLOW_COMPONENT": component.name}
    return complete | configuration.assemble(component, complete)


def wait_for_backing_services(component: Component, environ: Mapping[str, str]) -> None:
    """Return when database, schema, keys and broker are as this component needs them; Refusal otherwise."""
    seconds = float(environ.get("AIRFLOW_WAIT_SECONDS") or WAIT_SECONDS)
    if component.database:
        database = Database.of(environ)
        reach = "check the address, the security groups and the password parameter"
        waiting.wait(
            what=f"database {database.place}",
            probe=lambda: waiting.database_answers(database),
            seconds=seconds,
            fix=reach,
        )
        if component.schema:
            waiting.wait(
                what=f"schema of {database.place}",
                probe=lambda: waiting.schema_fits(database),
                seconds=seconds,
                fix="run the migrate task of this image, then start again",
            )
            if FERNET_KEY in component.secrets:
                fernet.check(database, environ[FERNET_KEY])
    if component.uses_broker(environ):
        broker = Broker.of(environ)
        waiting.wait(
            what=f"broker {broker.place}",
            probe=lambda: waiting.broker_answers(broker),
            seconds=seconds,
            fix="check the address, the security groups and the auth token parameter",
        )


def main(words: list[str]) -> None:
    """Become the component that ``words`` names, or exit with the reason in a line."""
    name = words[0] if words else os.environ.get("AIRFLOW_COMPONENT", "")
    try:
        component = components.find(name)
        environ = prepare(component, os.environ)
        wait_for_backing_services(component, environ)
    except Refusal as refusal:
        print(f"airflow-fargate: {name}: {refusal}", file=sys.stderr, flush=True)
        sys.exit(refusal.exit_code)
    command = (*component.command, *configuration.arguments(component, environ), *words[1:])
    os.execvpe(command[0], command, environ)  # noqa: S606 - becoming the component is the purpose


if __name__ == "__main__":
    main(sys.argv[1:])
