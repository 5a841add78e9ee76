"""ECS container definitions become options of ``docker run``; keys without a translation are rejected."""

from __future__ import annotations

import pytest

from local.containers.definition import ContainerDefinition, DefinitionError, HealthCheck, docker_options, read_all
from tests.unit.local.compose.compose_fixtures import definitions, environment_of

BODY = {
    "name": "scheduler",
    "image": "airflow",
    "user": "50000:0",
    "readonlyRootFilesystem": True,
    "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
    "mountPoints": [{"sourceVolume": "tmp", "containerPath": "/tmp"}],
    "healthCheck": {"command": ["CMD", "python", "a b.py"], "interval": 30, "timeout": 15},
    "stopTimeout": 60,
}


def test_hardening_times_and_mounts_become_docker_options() -> None:
    words = docker_options(ContainerDefinition.of(BODY), volumes={"tmp": "task-tmp"})
    assert words == [
        *("--stop-timeout", "60", "--user", "50000:0", "--read-only", "--init", "--cap-drop", "ALL"),
        *("--volume", "task-tmp:/tmp:rw", "--health-cmd", "python 'a b.py'", "--health-interval", "30s"),
        *("--health-timeout", "15s", "--health-start-period", "0s", "--health-retries", "3"),
    ]


def test_definition_without_health_check_disables_that_of_the_image() -> None:
    """ECS ignores the image's health check."""
    container = ContainerDefinition.of({"name": "x", "image": "y"})
    assert docker_options(container, volumes={}) == ["--stop-timeout", "30", "--no-healthcheck"]


@pytest.mark.parametrize("key", ["ulimits", "volumesFrom", "systemControls", "dockerLabels"])
def test_key_without_translation_is_rejected(key: str) -> None:
    with pytest.raises(DefinitionError, match=f"container scheduler: {key} has no translation"):
        ContainerDefinition.of({**BODY, key: ["something"]})
    assert ContainerDefinition.of({**BODY, key: []}) == ContainerDefinition.of(BODY)


def test_linux_parameter_without_translation_is_rejected() -> None:
    linux = {**BODY["linuxParameters"], "tmpfs": [{"containerPath": "/x"}]}
    with pytest.raises(DefinitionError, match="linuxParameters.tmpfs"):
        ContainerDefinition.of({**BODY, "linuxParameters": linux})


@pytest.mark.parametrize("topology", ["single", "celery"])
def test_every_synthesized_definition_is_translated(topology: str) -> None:
    for containers in definitions(environment_of(topology)).values():
        read = read_all(containers)
        assert [container.name for container in read] == [body["name"] for body in containers]
        assert all(container.read_only_root and not container.privileged for container in read)


def test_shorter_health_check_interval_keeps_the_time_to_unhealthy() -> None:
    deployed = HealthCheck(test=("CMD", "check"), interval=30, retries=3)
    assert (deployed.every(5).interval, deployed.every(5).retries) == (5, 18)
    assert deployed.every(60) == deployed
