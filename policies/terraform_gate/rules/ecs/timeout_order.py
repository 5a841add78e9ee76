"""AF_ECS_8: Airflow's timeouts are in an order that loses no Airflow task."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from terraform_gate.ecs.containers import Container
from terraform_gate.finding import Severity
from terraform_gate.rule import Example
from terraform_gate.rules.shared.container_rule import ContainerRule
from terraform_gate.rules.shared.examples import container, task_definition

_INTERVAL = "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL"
_HEARTBEAT = "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT"
_QUEUED = "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT"
_VISIBILITY = "AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"
ORDER = (_INTERVAL, _HEARTBEAT, _QUEUED, _VISIBILITY)
DEFAULTS = {_INTERVAL: 10.0, _HEARTBEAT: 300.0, _QUEUED: 600.0, _VISIBILITY: 86400.0}
"""Seconds. Airflow 3.3's defaults, used for timeouts that a task definition does not set."""


def _environment(**seconds: str) -> list[dict[str, str]]:
    names = {"interval": _INTERVAL, "heartbeat": _HEARTBEAT, "queued": _QUEUED, "visibility": _VISIBILITY}
    return [{"name": names[name], "value": value} for name, value in seconds.items()]


class TimeoutOrder(ContainerRule):
    """Detection interval < heartbeat timeout < queued timeout < visibility timeout."""

    id = "AF_ECS_8"
    title = "Airflow's detection interval, heartbeat, queued and visibility timeouts are in ascending order"
    severity = Severity.MEDIUM
    why = (
        "With a visibility timeout below the queued timeout, two workers get the same message. With a heartbeat "
        "timeout below the heartbeat detection interval, Airflow fails healthy Airflow tasks."
    )
    remediation = "Heartbeat detection interval < heartbeat timeout < task_queued_timeout < visibility_timeout."
    references = ()
    passing = (
        Example(title="not set", resources=task_definition(container())),
        Example(
            title="a short detection interval",
            resources=task_definition(container(environment=_environment(interval="5", heartbeat="30", queued="1800"))),
        ),
    )
    failing = (
        Example(
            title="the visibility timeout is too short",
            resources=task_definition(container(environment=_environment(queued="1800", visibility="1800"))),
        ),
        Example(
            title="the detection interval is too long",
            resources=task_definition(container(environment=_environment(interval="60", heartbeat="30"))),
        ),
        Example(
            title="not a number",
            resources=task_definition(container(environment=_environment(queued="ten minutes"))),
        ),
    )

    def violations(self, container: Container) -> Iterator[str]:
        """Compare adjacent timeouts, if the container sets at least one.

        Airflow's defaults are used for those that are not set.
        """
        given = {name: container.environment[name] for name in ORDER if name in container.environment}
        wrong = [f"{name}={value} is not a number of seconds" for name, value in given.items() if not _is_number(value)]
        yield from wrong
        if given and not wrong:
            seconds = DEFAULTS | {name: float(value) for name, value in given.items()}
            for low, high in pairwise(ORDER):
                if seconds[low] >= seconds[high]:
                    yield f"{low} ({seconds[low]:g} s) must be less than {high} ({seconds[high]:g} s)"


def _is_number(value: object) -> bool:
    return str(value).replace(".", "", 1).isdecimal()


rule = TimeoutOrder()
