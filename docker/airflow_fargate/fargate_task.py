"""The host name of an Airflow task that runs in a separate Fargate task: the id of its Fargate task.

Such a Fargate task serves no log and accepts no connection. If its host name were an address, an api-server would
wait for a log server at this address whenever a user opens the log of an Airflow task that ended without uploading one.
The id does not resolve, so the api-server answers at once; and the id is the name of the log stream in CloudWatch.
"""

from __future__ import annotations

import json
import os
import urllib.request
from functools import cache
from http.client import HTTPException

METADATA = "ECS_CONTAINER_METADATA_URI_V4"
TIMEOUT_SECONDS = 3.0
NOT_ON_FARGATE = "fargate-task"


@cache
def hostname() -> str:
    """The id of this Fargate task, for ``[core] hostname_callable``.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html

    Returns:
        The last part of the ARN of the Fargate task; ``NOT_ON_FARGATE`` where no ECS agent names it.
    """
    try:
        with urllib.request.urlopen(f"{os.environ[METADATA]}/task", timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return str(json.load(answer)["TaskARN"]).rsplit("/", 1)[-1]
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return NOT_ON_FARGATE
