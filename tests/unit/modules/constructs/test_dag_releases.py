"""DAG releases in S3: the bucket, the sidecars, and who may read."""

from __future__ import annotations

import pytest

from tests.reading import AIRFLOW_TASK_ROLE, grants, role_of, services
from tests.synthesis import deployed
from tests.unit.modules.constructs.test_dag_delivery import READERS

S3 = {"delivery": "s3", "interval_seconds": 15}


@pytest.mark.feature("G5")
@pytest.mark.parametrize("topology", READERS)
def test_components_that_read_dag_files_start_after_the_first_release(topology: str) -> None:
    running = services(deployed(topology=topology, dags=S3))
    synced = {name for name, (_, task) in running.items() if "s3-sync" in {c.name for c in task.containers}}
    assert synced == READERS[topology]
    for name in synced:
        task = running[name][1]
        assert task.main.environment["AIRFLOW__CORE__DAGS_FOLDER"] == "/opt/airflow/dags/current"
        assert task.container("s3-fetch").environment["S3SYNC_ONE_TIME"] == "true"
        assert task.container("s3-sync").environment["S3SYNC_PERIOD"] == "15"
        assert {"containerName": "s3-fetch", "condition": "SUCCESS"} in task.main.body["dependsOn"]


@pytest.mark.feature("G5", "I1")
def test_components_read_releases_and_none_writes_them() -> None:
    deployment = deployed(dags=S3)
    for name, (_, task) in services(deployment).items():
        found = list(grants(deployment, role_of(deployment, task, AIRFLOW_TASK_ROLE)))
        reading = {action for grant in found if grant.policy == "read-dags" for action in grant.actions}
        assert reading == ({"s3:GetObject", "s3:ListBucket", "kms:Decrypt"} if name in READERS["celery"] else set())


@pytest.mark.feature("G5")
def test_bucket_exists_with_this_delivery_only_and_keeps_releases() -> None:
    bucket = next(item for item in deployed(dags=S3).of("aws_s3_bucket") if "dag_releases" in item.address)
    assert "dags" in bucket.body["bucket"]
    assert not bucket.body.get("force_destroy")
    assert "dag_releases" not in deployed().text
