"""An example DAG for a local run: a saved change appears in the UI within seconds."""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import Variable, dag, task


@dag(schedule=None, start_date=datetime(2025, 1, 1), catchup=False, tags=["example"])
def hello() -> None:
    """Read the Airflow variable ``greet``, from Parameter Store or the database, and print a greeting."""

    @task
    def name() -> str:
        return str(Variable.get("greet", default="Fargate"))

    @task
    def greet(name: str) -> None:
        print(f"Hello, {name}")

    greet(name())


hello()
