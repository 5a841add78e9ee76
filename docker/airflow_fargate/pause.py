"""The one-off commands ``pause SECONDS`` and ``resume``.

``pause`` pauses all DAGs and waits for running Airflow tasks; ``resume`` unpauses the same DAGs.

The DAGs that ``pause`` paused are kept in a variable of Airflow, so that ``resume`` leaves all others paused.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from airflow_fargate.backing_services import Database

VARIABLE = "airflow_fargate_paused_dags"
POLL_SECONDS = 5.0
PAUSE = "update dag set is_paused = true where not is_paused returning dag_id"
UNPAUSE = "update dag set is_paused = false where is_paused and dag_id = any(%s) returning dag_id"
BUSY = "select count(*) from task_instance where state in ('queued', 'running', 'restarting')"


def pause(database: Database, *, seconds: float) -> int:
    """Pause every DAG, then wait until no Airflow task is queued or running.

    Returns:
        0; or 1 when Airflow tasks still run after ``seconds``. The DAGs stay paused.
    """
    from airflow.models.variable import Variable

    before = Variable.get(VARIABLE, default_var="[]", deserialize_json=False)
    found = [row[0] for row in _rows(database, PAUSE)]
    dags = sorted({*json.loads(before), *found})
    Variable.set(VARIABLE, json.dumps(dags), description="DAGs that `operations pause` paused")
    print(f"{len(found)} DAGs paused", flush=True)
    deadline, shown = time.monotonic() + seconds, None
    while busy := _rows(database, BUSY)[0][0]:
        if busy != shown:
            shown = busy
            print(f"{busy} Airflow tasks are queued or running", flush=True)
        if time.monotonic() >= deadline:
            break
        time.sleep(POLL_SECONDS)
    print(json.dumps({"event": "paused", "dags": dags, "running": busy}), flush=True)
    return 1 if busy else 0


def resume(database: Database) -> int:
    """Unpause the DAGs that ``pause`` paused. Returns 0."""
    from airflow.models.variable import Variable

    dags = json.loads(Variable.get(VARIABLE, default_var="[]"))
    found = [row[0] for row in _rows(database, UNPAUSE, dags)]
    Variable.delete(VARIABLE)
    print(json.dumps({"event": "resumed", "dags": sorted(found)}), flush=True)
    return 0


def _rows(database: Database, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    connection = database.connect(application_name="airflow-fargate-pause")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())
    finally:
        connection.close()


def main(arguments: list[str]) -> int:
    """Run ``pause SECONDS`` or ``resume``."""
    target = Database.of(os.environ)
    if arguments == ["resume"]:
        return resume(target)
    if len(arguments) == 2 and arguments[0] == "pause" and arguments[1].isdigit():
        return pause(target, seconds=float(arguments[1]))
    print("airflow-fargate: pause: expected `pause SECONDS` or `resume`", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
