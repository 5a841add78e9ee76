"""A DAG that asks for an executor which no environment of these tests has."""

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag


@dag(schedule=None)
def unknown_executor():
    BashOperator(task_id="elsewhere", bash_command="true", executor="KubernetesExecutor")


unknown_executor()
