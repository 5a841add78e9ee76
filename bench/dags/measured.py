"""The DAG of ``python -m bench containers``: more Airflow tasks than a worker runs at a time."""

from __future__ import annotations

from airflow.sdk import dag, task


@dag(schedule=None, is_paused_upon_creation=False, max_active_tasks=64)
def measured() -> None:
    """Short Airflow tasks on the default queue."""

    @task
    def short(number: int) -> int:
        return number

    short.expand(number=list(range(32)))


measured()
