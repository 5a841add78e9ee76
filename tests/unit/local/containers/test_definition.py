"""Container definitions of ECS become the words of ``docker run``; nothing is lost without a word."""

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


def test_hardening_times_and_mounts_reach_docker() -> None:
    words = docker_options(ContainerDefinition.of(BODY), volumes={"tmp": "task-tmp"})
    assert words == [
        *("--stop-timeout", "60", "--user", "50000:0", "--read-only", "--init", "--cap-drop", "ALL"),
        *("--volume", "task-tmp:/tmp:rw", "--health-cmd", "python 'a b.py'", "--health-interval", "30s"),
        *("--health-timeout", "15s", "--health-start-period", "0s", "--health-retries", "3"),
    ]


def test_definition_without_health_check_switches_the_images_own_off() -> None:
    """ECS does not look at the image's."""
    container = ContainerDefinition.of({"name": "x", "image": "y"})
    assert docker_options(container, volumes={}) == ["--stop-timeout", "30", "--no-healthcheck"]


@pytest.mark.parametrize("key", ["ulimits", "volumesFrom", "systemControls", "dockerLabels"])
def test_key_that_is_not_translated_is_an_error(key: str) -> None:
    with pytest.raises(DefinitionError, match=f"container scheduler: {key} is not translated"):
        ContainerDefinition.of({**BODY, key: ["something"]})
    assert ContainerDefinition.of({**BODY, key: []}) == ContainerDefinition.of(BODY)


def test_linux_parameter_that_is_not_translated_is_an_error() -> None:
    linux = {**BODY["linuxParameters"], "tmpfs": [{"containerPath": "/x"}]}
    with pytest.raises(DefinitionError, match="linuxParameters.tmpfs"):
        ContainerDefinition.of({**BODY, "linuxParameters": linux})


@pytest.mark.parametrize("topology", ["single", "celery"])
def test_every_definition_of_ours_is_translated(topology: str) -> None:
    for containers in definitions(environment_of(topology)).values():
        read = read_all(containers)
        assert [one.name for one in read] == [one["name"] for one in containers]
        assert all(one.read_only_root and not one.privileged for one in read)


def test_health_that_is_asked_more_often_is_given_up_after_the_same_time() -> None:
    deployed = HealthCheck(test=("CMD", "check"), interval=30, retries=3)
    assert (deployed.every(5).interval, deployed.every(5).retries) == (5, 18)
    assert deployed.every(60) == deployed
