"""Bash tasks that run for the number of seconds in the DAG run's parameter."""

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Param, dag


@dag(
    schedule=None,
    is_paused_upon_creation=False,
    max_active_runs=8,
    max_active_tasks=64,
    params={"seconds": Param(5, type="integer")},
)
def slow():
    BashOperator.partial(
        task_id="sleep", bash_command="sleep {{ params.seconds }}; echo slept", retry_delay=1, queue="default"
    ).expand(env=[{"NUMBER": str(number)} for number in range(4)])


slow()
