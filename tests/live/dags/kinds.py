"""Airflow tasks of each kind: on two queues, deferrable, and reading Parameter Store."""

from datetime import timedelta

from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor
from airflow.sdk import Connection, Variable, dag, task


@dag(schedule=None, is_paused_upon_creation=False, max_active_tasks=16)
def kinds():
    @task
    def short(number: int) -> int:
        print(f"number {number}")
        return number

    @task
    def read() -> str:
        return f"{Connection.get('warehouse').password} {Variable.get('greeting')}"

    short.override(task_id="on_default", queue="default").expand(number=list(range(3)))
    short.override(task_id="on_heavy", queue="heavy")(7)
    TimeDeltaSensor(task_id="waits", delta=timedelta(seconds=1), deferrable=True)
    read()


kinds()
