"""Airflow tasks that run for an hour: one on each queue, and one that the triggerer waits for."""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor
from airflow.sdk import dag


@dag(schedule=None, is_paused_upon_creation=False)
def long():
    for queue in ("default", "heavy"):
        BashOperator(task_id=f"on_{queue}", bash_command="sleep 3600", queue=queue)
    TimeDeltaSensor(task_id="waits", delta=timedelta(hours=1), deferrable=True)


long()
