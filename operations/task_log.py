"""The log of a container in CloudWatch Logs, as ECS writes it."""

from __future__ import annotations

from collections.abc import Iterator

from operations.account import Account


class TaskLog:
    """The log of one container of a Fargate task.

    A task definition of this project writes it to the stream ``<container>/<container>/<task id>`` of the log group
    ``<path>/<process>``.

    Args:
        process: the Airflow process, for example ``scheduler``.
        task: ARN of the Fargate task.
        container: name of the container.
    """

    def __init__(self, account: Account, process: str, *, task: str, container: str) -> None:
        self._logs, self._token = account.client("logs"), ""
        self._where = {
            "logGroupName": f"{account.names.path}/{process}",
            "logStreamName": f"{container}/{container}/{task.rsplit('/', 1)[1]}",
        }

    def tail(self) -> tuple[str, ...]:
        """The last lines, at most 10,000; empty when nothing was logged."""
        try:
            events = self._logs.get_log_events(**self._where, startFromHead=False)["events"]
        except self._logs.exceptions.ResourceNotFoundException:
            return ()
        return tuple(event["message"].rstrip() for event in events)

    def following(self) -> Iterator[str]:
        """The lines since the last call, in order."""
        while True:
            position = {"nextToken": self._token} if self._token else {}
            try:
                page = self._logs.get_log_events(**self._where, **position, startFromHead=True)
            except self._logs.exceptions.ResourceNotFoundException:
                return  # the container has not started
            yield from (event["message"].rstrip() for event in page["events"])
            # At the end CloudWatch returns the token that it was given.
            if not page["events"] or page["nextForwardToken"] == self._token:
                return
            self._token = page["nextForwardToken"]
