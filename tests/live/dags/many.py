"""Fifty Airflow tasks on two queues; one of them is deferred, one reads Parameter Store."""

from datetime import timedelta

from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor
from airflow.sdk import Connection, Variable, dag, task


@dag(schedule=None, is_paused_upon_creation=False, max_active_tasks=64)
def many():
    @task
    def short(number: int) -> int:
        return number

    @task
    def read() -> str:
        return f"{Connection.get('warehouse').password} {Variable.get('greeting')}"

    short.override(task_id="on_default", queue="default").expand(number=list(range(24)))
    short.override(task_id="on_heavy", queue="heavy").expand(number=list(range(24)))
    TimeDeltaSensor(task_id="waits", delta=timedelta(seconds=5), deferrable=True)
    read()


many()
