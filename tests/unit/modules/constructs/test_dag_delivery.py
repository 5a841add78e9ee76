"""DAG files reach every component that reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.reading import EXECUTION_ROLE, FargateTask, grants, role_of, services
from tests.synthesis import deployed
from tests.unit.environments.cases import GIT_BUNDLE, GIT_SSH, HOST_KEY
from tests.unit.modules.variants import ELSEWHERE

KEY = "arn:aws:ssm:eu-central-1:111111111111:parameter/airflow/dev/git-deploy-key"
FOLDER = "/opt/airflow/dags"
READERS = {
    "celery": {"dag-processor", "triggerer", "worker-default"},
    "local_executor": {"scheduler", "dag-processor", "triggerer"},
    "single": {"standalone"},
}


def _names(task: FargateTask) -> set[str]:
    return {container.name for container in task.containers}


@pytest.mark.feature("G1")
@pytest.mark.parametrize("topology", READERS)
def test_git_sync_runs_with_each_component_that_reads_dag_files(topology: str) -> None:
    running = services(deployed(topology=topology, dags=GIT_SSH))
    synced = {name for name, (_, task) in running.items() if "git-sync" in _names(task)}
    assert synced >= READERS[topology]
    for name in synced:
        task = running[name][1]
        assert task.main.environment["AIRFLOW__CORE__DAGS_FOLDER"] == f"{FOLDER}/current/team/dags", name
        assert task.container("git-sync").environment["GITSYNC_ROOT"] == FOLDER


@pytest.mark.feature("G1")
def test_airflow_starts_after_the_first_clone() -> None:
    task = services(deployed(dags=GIT_SSH))["dag-processor"][1]
    first = task.container("git-clone")
    assert first.environment["GITSYNC_ONE_TIME"] == "true"
    waiting = {container.name: container.body["dependsOn"] for container in task.containers}
    assert waiting["dag-processor"] == [{"containerName": "git-clone", "condition": "SUCCESS"}]
    assert waiting["git-sync"] == [{"containerName": "git-clone", "condition": "SUCCESS"}]


@pytest.mark.feature("G1")
def test_git_bundle_has_no_sidecar() -> None:
    running = services(deployed(dags=GIT_BUNDLE))
    for name in READERS["celery"]:
        task = running[name][1]
        assert not {"git-sync", "git-clone"} & _names(task)
        (bundle,) = json.loads(task.main.environment["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"])
        assert bundle["classpath"] == "airflow.providers.git.bundles.git.GitDagBundle"
        assert bundle["kwargs"]["refresh_interval"] == 30
        assert bundle["kwargs"]["subdir"] == "team/dags"
        assert task.main.environment["AIRFLOW_GIT_REPO"] == "git@github.com:example/dags.git"
        assert task.main.secrets["AIRFLOW_GIT_DEPLOY_KEY"] == KEY


@pytest.mark.feature("G1")
def test_dag_files_in_the_image_need_no_git() -> None:
    deployment = deployed()
    assert "GITSYNC" not in deployment.text
    assert "AIRFLOW_GIT_" not in deployment.text
    assert "git-deploy-key" not in deployment.text


@pytest.mark.feature("G2")
def test_private_repository_has_deploy_key_and_pinned_host_keys() -> None:
    deployment = deployed(dags=GIT_SSH)
    for name in READERS["celery"]:
        task = services(deployment)[name][1]
        for container in (task.container("git-clone"), task.container("git-sync")):
            assert container.secrets == {"GITSYNC_DEPLOY_KEY": KEY}, name
            assert container.environment["GITSYNC_KNOWN_HOSTS"] == HOST_KEY
        assert "GITSYNC_DEPLOY_KEY" not in task.main.secrets, "Airflow itself has no use for the key"
        reading = [
            grant for grant in grants(deployment, role_of(deployment, task, EXECUTION_ROLE)) if KEY in grant.resources
        ]
        assert [grant.actions for grant in reading] == [("ssm:GetParameters",)]


@pytest.mark.feature("G2")
def test_public_repository_has_neither_key_nor_port_22() -> None:
    deployment = deployed(**ELSEWHERE)
    assert "DEPLOY_KEY" not in deployment.text
    assert not [rule for rule in deployment.of("aws_vpc_security_group_egress_rule") if rule.body["to_port"] == 22]
    task = services(deployment)["dag-processor"][1]
    assert task.container("git-sync").environment["GITSYNC_REF"] == "3.1"
    assert task.main.environment["AIRFLOW__CORE__DAGS_FOLDER"] == f"{FOLDER}/current/dags"


@pytest.mark.feature("G3")
def test_only_git_sync_writes_to_the_dag_volume() -> None:
    task = services(deployed(dags=GIT_SSH))["worker-default"][1]
    mounts: dict[str, Any] = {container.name: container.mounts.get(FOLDER) for container in task.containers}
    shared = {mounts[name]["sourceVolume"] for name in ("worker-default", "git-clone", "git-sync")}
    assert shared == {"dags"}
    assert not mounts["git-sync"]["readOnly"]
    assert not mounts["git-clone"]["readOnly"]
    assert {"name": "dags"} in [dict(volume) for volume in task.definition.blocks("volume")]


@pytest.mark.feature("G3")
def test_containers_with_a_shared_volume_have_the_same_user() -> None:
    task = services(deployed(dags=GIT_SSH))["worker-default"][1]
    assert {container.body["user"] for container in task.containers} == {"50000:0"}


@pytest.mark.feature("G4")
def test_all_components_follow_the_same_branch_of_the_same_repository() -> None:
    running = services(deployed(dags=GIT_SSH))
    followed = {
        (sync["GITSYNC_REPO"], sync["GITSYNC_REF"], sync["GITSYNC_PERIOD"])
        for _, task in running.values()
        if "git-sync" in _names(task)
        for sync in [task.container("git-sync").environment]
    }
    assert followed == {("git@github.com:example/dags.git", "main", "60")}


@pytest.mark.feature("G2")
def test_port_in_the_repository_address_is_the_only_one_opened() -> None:
    address = "ssh://git@git.example.com:2222/dags.git"
    hosts = [f"[git.example.com]:2222 {HOST_KEY.split(maxsplit=1)[1]}"]
    deployment = deployed(dags={**GIT_SSH, "repository": address, "known_hosts": hosts})
    internet = [
        rule.body
        for rule in deployment.of("aws_vpc_security_group_egress_rule")
        if rule.body.get("cidr_ipv4") == "0.0.0.0/0"
    ]
    assert {rule["to_port"] for rule in internet} == {443, 2222}
    assert 2222 in {rule.body["from_port"] for rule in deployment.of("aws_network_acl_rule")}
