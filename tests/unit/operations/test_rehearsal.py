"""A rehearsal migrates a copy of the database with another image, and leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ecs.models import ecs_backends
from moto.rds.models import DBInstance

from operations import database, one_off_task, rehearsal_resources
from operations.errors import OperationError, PreconditionError
from operations.rehearsal import rehearse
from tests.unit.operations.cloud import Cloud, exit_codes
from tests.unit.operations.command_line import run
from tests.unit.operations.test_migrate import REPORT, will_log

COPY = "airflow-dev-rehearsal"


@pytest.fixture
def migrating(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """An environment whose image changes the schema."""
    # moto keeps the automated snapshot of a deleted instance, and rejects a second one of the same minute.
    monkeypatch.setattr(DBInstance, "save_automated_backup", lambda _instance: None)
    settings = cloud.client("ecs").describe_task_definition(taskDefinition="airflow-dev-migrate")["taskDefinition"]
    (main,) = settings["containerDefinitions"]
    variables = [{"name": "AIRFLOW_DB_HOST", "value": "original"}, {"name": "AIRFLOW_DB_NAME", "value": "airflow"}]
    cloud.client("ecs").register_task_definition(
        family=settings["family"],
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="512",
        memory="1024",
        containerDefinitions=[{**main, "environment": variables}],
    )
    will_log(cloud, monkeypatch, json.dumps(REPORT))
    return cloud


def left(cloud: Cloud) -> list[str]:
    """What a rehearsal left in AWS."""
    rds, ecs = cloud.client("rds"), cloud.client("ecs")
    instances = [found["DBInstanceIdentifier"] for found in rds.describe_db_instances()["DBInstances"]]
    snapshots = [found["DBSnapshotIdentifier"] for found in rds.describe_db_snapshots()["DBSnapshots"]]
    definitions = ecs.list_task_definitions(familyPrefix=COPY, status="ACTIVE")["taskDefinitionArns"]
    return [name for name in (*instances, *snapshots, *definitions) if COPY in name]


def original(cloud: Cloud) -> dict[str, Any]:
    """The environment's own database; moto answers the present time as its last restorable time."""
    found = database.describe(cloud.account)
    return {key: value for key, value in found.items() if key != "LatestRestorableTime"}


def started(cloud: Cloud) -> list[Any]:
    return list(ecs_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"].tasks[cloud.names.name].values())


@pytest.mark.feature("D5")
def test_rehearsal_migrates_the_copy_and_prints_the_roll_out_and_the_way_back(folder: Path, migrating: Cloud) -> None:
    before = original(migrating)
    code, out, err = run(folder, "rehearse-upgrade", "dev", "--json")
    assert code == 0, err
    done = json.loads(out)
    assert (done["from"], done["to"]) == (REPORT["from"], REPORT["to"])
    assert done["seconds"].keys() == {"copy", "migrate", "check"}
    assert f"-m operations pin dev {done['image']} --folder" in done["roll_out"]
    assert f"-m operations downgrade dev {REPORT['from']} --folder" in done["way_back"]
    assert done["way_back"] in err
    assert left(migrating) == []
    assert original(migrating) == before


@pytest.mark.feature("D5")
def test_tasks_of_a_rehearsal_have_the_new_image_and_the_address_of_the_copy(
    migrating: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[dict[str, Any]] = []
    register = rehearsal_resources.register

    def record(account: Any, definition: Any) -> str:
        copy = database.find(migrating.account, COPY) or {}
        registered.append({**definition, "copy": copy["Endpoint"]["Address"], "tags": copy["TagList"]})
        return register(account, definition)

    monkeypatch.setattr(rehearsal_resources, "register", record)
    done = rehearse(migrating.account)
    (definition,) = registered
    (main,) = definition["containerDefinitions"]
    assert main["image"].endswith(f"/airflow-dev@{done['image']}")
    values = {variable["name"]: variable["value"] for variable in main["environment"]}
    assert values == {"AIRFLOW_DB_HOST": definition["copy"], "AIRFLOW_DB_NAME": "airflow"}
    assert {"Key": rehearsal_resources.TAG, "Value": "dev"} in definition["tags"]
    migration, check = started(migrating)
    assert {COPY in task.task_definition_arn for task in (migration, check)} == {True}
    assert check.overrides["containerOverrides"] == [{"name": "migrate", "command": ["airflow", "db", "check"]}]


@pytest.mark.feature("D5")
def test_failed_rehearsal_shows_the_log_and_deletes_the_copy(
    folder: Path, migrating: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("moto.ecs.models.Container.__init__", exit_codes(1))
    will_log(migrating, monkeypatch, "column run_id does not exist")
    code, _, err = run(folder, "rehearse-upgrade", "dev")
    assert code != 0
    assert "column run_id does not exist" in err
    assert "The environment was not changed. Fix: " in err
    assert left(migrating) == []


@pytest.mark.feature("D5")
def test_interrupted_rehearsal_stops_its_task_and_deletes_the_copy(
    folder: Path, migrating: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_arguments: Any, **_settings: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(one_off_task, "_wait", interrupted)
    code, _, err = run(folder, "rehearse-upgrade", "dev")
    assert code == 130
    assert "copy deleted. Not done: migration of the copy" in err
    assert left(migrating) == []
    assert {task.desired_status for task in started(migrating)} == {"STOPPED"}


@pytest.mark.feature("D5")
def test_rehearsal_deletes_what_a_killed_one_left(migrating: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    delete, calls = rehearsal_resources.delete, []

    def killed(account: Any) -> None:
        calls.append(account)
        if len(calls) == 2:
            raise KeyboardInterrupt
        delete(account)

    monkeypatch.setattr(rehearsal_resources, "delete", killed)
    with pytest.raises(KeyboardInterrupt):
        rehearse(migrating.account)
    assert len(left(migrating)) == 3
    will_log(migrating, monkeypatch, json.dumps(REPORT))
    assert rehearse(migrating.account)["to"] == REPORT["to"]
    assert left(migrating) == []


@pytest.mark.feature("D5")
def test_copy_that_aws_still_creates_is_deleted_when_it_is_ready(
    migrating: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    rds = migrating.account.client("rds")
    rejected: list[dict[str, Any]] = []
    delete = rds.delete_db_instance

    def busy(**arguments: Any) -> Any:
        if len(rejected) < 2:
            rejected.append(arguments)
            raise ClientError({"Error": {"Code": "InvalidDBInstanceState", "Message": "creating"}}, "DeleteDBInstance")
        return delete(**arguments)

    monkeypatch.setattr(rds, "delete_db_instance", busy)
    rehearse(migrating.account)
    assert (len(rejected), left(migrating)) == (2, [])


@pytest.mark.feature("D5")
def test_instance_with_the_name_of_a_copy_and_without_its_tag_is_kept(migrating: Cloud) -> None:
    migrating.client("rds").create_db_instance(
        DBInstanceIdentifier=COPY, Engine="postgres", DBInstanceClass="db.t4g.medium", AllocatedStorage=20
    )
    message = rf"instance {COPY} has the name .* not the tag .* Fix: rename it, or delete it"
    with pytest.raises(PreconditionError, match=message):
        rehearse(migrating.account)
    assert left(migrating) == [COPY]


@pytest.mark.feature("D5")
def test_rehearsal_of_an_image_with_the_same_schema_needs_no_way_back(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    will_log(cloud, monkeypatch, json.dumps({**REPORT, "to": REPORT["from"]}))
    assert rehearse(cloud.account)["way_back"] == "not needed: the schema stays the same"


@pytest.mark.feature("D5")
def test_rehearsal_behind_rds_proxy_connects_with_the_security_group_of_the_proxy(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    ec2, group = cloud.client("ec2"), "airflow-dev-database-proxy"
    vpc = ec2.describe_subnets(SubnetIds=[cloud.subnets[0]])["Subnets"][0]["VpcId"]
    proxy = ec2.create_security_group(GroupName=group, Description=group, VpcId=vpc)["GroupId"]
    pooled = Cloud.account_of(Cloud.environment(database={"deletion_protection": False, "proxy": True}))
    rehearse(pooled)
    networks = [task.network_configuration["awsvpcConfiguration"] for task in started(cloud)]
    assert [network["securityGroups"] for network in networks] == [[cloud.groups["migrate"], proxy]] * 2


@pytest.mark.feature("D5")
@pytest.mark.parametrize(
    ("image", "message"),
    [
        ("sha256:12", "--image 'sha256:12' is neither a tag nor a digest. Fix: "),
        ("later", "image airflow-dev:later is not in the repository"),
        ("sha256:" + "a" * 64, f"image airflow-dev@sha256:{'a' * 64} is not in the repository"),
    ],
)
def test_image_that_does_not_exist_is_rejected_before_anything_is_copied(
    folder: Path, migrating: Cloud, image: str, message: str
) -> None:
    code, _, err = run(folder, "rehearse-upgrade", "dev", "--image", image)
    assert (code, left(migrating)) == (2, [])
    assert message in err


@pytest.mark.feature("D5")
def test_check_that_fails_ends_the_rehearsal(migrating: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("moto.ecs.models.Container.__init__", exit_codes(0, 1))
    with pytest.raises(OperationError, match=r"check of the copy ended with exit code 1"):
        rehearse(migrating.account)
    assert left(migrating) == []


@pytest.mark.feature("D5", "D8")
def test_rehearsal_with_iam_tokens_is_rejected_before_anything_is_copied(migrating: Cloud) -> None:
    tokens = Cloud.account_of(Cloud.environment(database={"deletion_protection": False, "authentication": "iam"}))
    with pytest.raises(PreconditionError, match=r"no Fargate task can log in to a copy. Fix: rehearse in another env"):
        rehearse(tokens)
    assert left(migrating) == []
