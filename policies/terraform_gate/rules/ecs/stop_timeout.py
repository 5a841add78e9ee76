"""AF_ECS_7: the stop timeout of a container is set, at most 120 s, and equal to AIRFLOW_STOP_TIMEOUT."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.ecs.containers import Container
from terraform_gate.finding import Severity
from terraform_gate.rule import Example
from terraform_gate.rules.shared.container_rule import ContainerRule
from terraform_gate.rules.shared.examples import container, task_definition

MAX_STOP_TIMEOUT = 120
"""Seconds between SIGTERM and SIGKILL that Fargate allows at most (source: ECS task definition parameters)."""


def _environment(seconds: str, **further: str) -> list[dict[str, str]]:
    expected = {"AIRFLOW_STOP_TIMEOUT": seconds, **further}
    return [{"name": name, "value": value} for name, value in expected.items()]


class StopTimeout(ContainerRule):
    """The time between SIGTERM and SIGKILL, as ECS and the process in the container see it."""

    id = "AF_ECS_7"
    title = "Every essential container sets stopTimeout to at most 120 s, and AIRFLOW_STOP_TIMEOUT to the same number"
    severity = Severity.MEDIUM
    why = (
        "After the default of 30 s ECS kills running Airflow tasks in every deployment. A process that assumes "
        "a longer timeout than stopTimeout is killed before it has finished."
    )
    remediation = "Set stopTimeout and AIRFLOW_STOP_TIMEOUT to the same number, at most 120, and DUMB_INIT_SETSID to 0."
    references = ()
    decides = ("stopTimeout",)
    passing = (
        Example(title="120 s in both settings", resources=task_definition(container(environment=_environment("120")))),
    )
    failing = (
        Example(title="no stopTimeout", resources=task_definition(container(stopTimeout=None))),
        Example(title="more than Fargate allows", resources=task_definition(container(stopTimeout=300))),
        Example(
            title="a different AIRFLOW_STOP_TIMEOUT",
            resources=task_definition(container(environment=_environment("600"))),
        ),
        Example(
            title="signals go to the whole process group",
            resources=task_definition(container(environment=_environment("120", DUMB_INIT_SETSID="1"))),
        ),
    )

    def violations(self, container: Container) -> Iterator[str]:
        """Compare stopTimeout with the settings of the process."""
        seconds, expected = container.body.get("stopTimeout"), container.environment.get("AIRFLOW_STOP_TIMEOUT")
        if seconds is None:
            yield from ["has no stopTimeout: ECS kills it after 30 s"] if container.is_essential else []
        elif not str(seconds).isdecimal():
            yield f"stopTimeout is {seconds}, not a whole number of seconds"
        elif float(seconds) > MAX_STOP_TIMEOUT:
            yield f"stopTimeout is {seconds} s, Fargate allows at most {MAX_STOP_TIMEOUT} s"
        if expected is not None and str(expected) != str(seconds):
            yield f"ECS kills it after {seconds} s, AIRFLOW_STOP_TIMEOUT is {expected} s"
        if container.environment.get("DUMB_INIT_SETSID", "0") != "0":
            yield "DUMB_INIT_SETSID sends signals to the whole process group: Bash tasks are killed at once"


rule = StopTimeout()
