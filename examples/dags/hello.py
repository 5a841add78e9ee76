"""The first DAG of a local run: change a line, save, and see it in the UI within seconds."""

from __future__ import annotations

from datetime import datetime

from airflow.sdk import Variable, dag, task


@dag(schedule=None, start_date=datetime(2025, 1, 1), catchup=False, tags=["example"])
def hello() -> None:
    """Reads an Airflow variable (from Parameter Store, where it is there) and greets."""

    @task
    def name() -> str:
        return str(Variable.get("greet", default="Fargate"))

    @task
    def greet(who: str) -> None:
        print(f"Hello, {who}")

    greet(name())


hello()
