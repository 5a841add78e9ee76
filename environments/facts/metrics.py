"""Names of the metrics that this project publishes to CloudWatch.

The image publishes them (docker/airflow_fargate/metrics.py); alarms, dashboards and operations read them.
"""

from __future__ import annotations

NAMESPACE = "Airflow"
TASK_LOAD = "TaskLoad"
"""Queued plus running Airflow tasks of a worker group."""
MISSING_WORKERS = "MissingWorkers"
"""Workers that the load of a worker group needs, minus the desired count of its ECS service; a zero follows each number
that asks for workers (docker/airflow_fargate/scaling_signal.py)."""
OLDEST_QUEUED = "OldestQueuedSeconds"
"""Age of the oldest queued Airflow task of a worker group, seconds."""
QUEUED, RUNNING = "QueuedTasks", "RunningTasks"
"""Airflow tasks of a queue that wait or run. A queue also has its own OLDEST_QUEUED."""
UNSERVED = "UnservedTasks"
"""Queued Airflow tasks on queues that no worker group serves."""
ENVIRONMENT, WORKER_GROUP, QUEUE, EXECUTOR = "Environment", "WorkerGroup", "Queue", "Executor"
"""Dimensions: the name of the environment with its prefix, the worker group, the queue, and the executor ``ecs``."""
