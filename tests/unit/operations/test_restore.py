"""A restore: what is rejected before it, the settings and names after it, the Fernet keys of its time."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from moto.rds.models import rds_backends

from operations import database, restore, restored_state
from operations.errors import PreconditionError
from operations.restore_source import from_snapshot
from operations.restored_keys import missing_keys
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.command_line import run

ADDED = "airflow-dev-before-"


def yes(_question: str) -> bool:
    return True


@pytest.fixture
def adopted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Resource ids that Terraform's state was given."""
    found: list[str] = []
    monkeypatch.setattr(restored_state, "adopt", lambda _account, resource: found.append(resource))
    return found


@pytest.fixture
def saved(cloud: Cloud, adopted: list[str]) -> Cloud:
    """An environment with a snapshot `saved`."""
    rds = cloud.client("rds")
    rds.modify_db_instance(DBInstanceIdentifier=cloud.names.name, BackupRetentionPeriod=14, DeletionProtection=True)
    rds.create_db_snapshot(DBSnapshotIdentifier="saved", DBInstanceIdentifier=cloud.names.name)
    return cloud


def identifiers(cloud: Cloud) -> dict[str, str]:
    found = cloud.client("rds").describe_db_instances()["DBInstances"]
    return {item["DBInstanceIdentifier"]: item["DbiResourceId"] for item in found}


@pytest.mark.feature("D6")
def test_restored_instance_takes_name_and_settings_of_the_old_one(saved: Cloud, adopted: list[str]) -> None:
    before = database.describe(saved.account)
    done = restore.restore(from_snapshot(saved.account, "saved"), saved.account, confirm=yes)
    after = database.describe(saved.account)
    assert identifiers(saved) == {saved.names.name: adopted[-1], done["previous"]: before["DbiResourceId"]}
    assert done["previous"].startswith(ADDED)
    changing = {"DbiResourceId", "InstanceCreateTime", "LatestRestorableTime", "DBInstanceArn", "Endpoint"}
    assert {key: after.get(key) for key in before if key not in changing} == {
        key: value for key, value in before.items() if key not in changing
    }
    assert saved.desired()["scheduler"] == saved.account.environment.components.scheduler.count
    assert saved.account.steps.remaining == []


@pytest.mark.feature("D6")
def test_restore_to_a_point_in_time_names_the_time_and_keeps_the_old_instance(folder: Path, saved: Cloud) -> None:
    before = identifiers(saved)[saved.names.name]
    instance = rds_backends[saved.account.environment.account_id]["eu-central-1"].databases[saved.names.name]
    instance.instance_create_time -= datetime.timedelta(hours=2)
    settings = database.describe(saved.account)
    time = f"{datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1):%Y-%m-%dT%H:%M:%S}"
    code, out, err = run(folder, "restore", "dev", "--time", time, "--yes", "--json")
    assert code == 0, err
    done = json.loads(out)
    assert done["restored"] == f"dev at {time}Z"
    assert identifiers(saved)[done["previous"]] == before
    assert identifiers(saved)[saved.names.name] != before
    restored = database.describe(saved.account)
    differing = {key for key in settings.keys() | restored.keys() if settings.get(key) != restored.get(key)}
    assert differing == {"DbiResourceId", "InstanceCreateTime", "LatestRestorableTime"}


@pytest.mark.feature("D6")
def test_second_restore_of_the_same_snapshot_is_a_restore_again(saved: Cloud, adopted: list[str]) -> None:
    for _ in range(2):
        restore.restore(from_snapshot(saved.account, "saved"), saved.account, confirm=yes)
        rds = saved.client("rds")
        for name in identifiers(saved):
            if name.startswith(ADDED):
                rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False)
                rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    assert identifiers(saved) == {saved.names.name: adopted[-1]}
    assert adopted[0] != adopted[1]


@pytest.mark.feature("D6")
def test_restore_without_consent_changes_nothing(folder: Path, saved: Cloud) -> None:
    before = identifiers(saved)
    code, _, err = run(folder, "restore", "dev", "--snapshot", "saved", given="n\n")
    assert (code, identifiers(saved)) == (2, before)
    assert "nothing was restored" in err


@pytest.mark.feature("D6")
def test_restore_ends_with_the_deletion_of_the_old_instance_and_the_next_command(folder: Path, saved: Cloud) -> None:
    code, _, err = run(folder, "restore", "dev", "--snapshot", "saved", "--yes")
    assert code == 0, err
    assert "--final-db-snapshot-identifier airflow-dev-before-" in err
    assert "operations verify dev" in err.splitlines()[-1]


@pytest.mark.feature("D6")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "name --snapshot or --time"),
        (("--snapshot", "a", "--time", "b"), "name two sources"),
        (("--snapshot", "lost"), r"no snapshot 'lost' in eu-central-1. Fix: "),
        (("--time", "yesterday"), "--time 'yesterday' is not a time. Fix: write it as"),
        (("--time", "2020-01-01T00:00:00"), "no backup covers --time 2020-01-01T00:00:00. Backups: "),
    ],
)
def test_source_that_does_not_exist_is_rejected(
    folder: Path, saved: Cloud, words: tuple[str, ...], message: str
) -> None:
    before = identifiers(saved)
    code, _, err = run(folder, "restore", "dev", *words, "--yes")
    assert (code, identifiers(saved)) == (2, before)
    assert message in err


@pytest.mark.feature("D6")
def test_snapshot_of_another_major_version_is_rejected(saved: Cloud) -> None:
    older = dataclasses.replace(from_snapshot(saved.account, "saved"), version="13.4")
    with pytest.raises(PreconditionError, match=r'PostgreSQL 13, dev runs .*. Fix: .*engine_version: "13"'):
        restore.restore(older, saved.account, confirm=yes)


@pytest.mark.feature("D6")
def test_other_restore_is_rejected_while_one_is_in_progress(saved: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(restore, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        restore.restore(from_snapshot(saved.account, "saved"), saved.account, confirm=yes)
    other = dataclasses.replace(from_snapshot(saved.account, "saved"), snapshot="other")
    with pytest.raises(PreconditionError, match=r"a restore of snapshot saved into dev is in progress. Fix: finish it"):
        restore.restore(other, saved.account, confirm=yes)


@pytest.mark.feature("D6")
def test_snapshot_of_another_environment_needs_its_fernet_key(saved: Cloud, adopted: list[str]) -> None:
    staging = Cloud(Cloud.account_of(Cloud.environment(name="staging")))
    staging.build()
    saved.account.client("kms")
    snapshot = from_snapshot(saved.account, "saved")
    with pytest.raises(PreconditionError, match=r"another Fernet key than dev.* Fix: add --copy-fernet-key"):
        restore.restore(snapshot, staging.account, confirm=yes)
    own, foreign = staging.read("fernet-key"), saved.read("fernet-key")
    done = restore.restore(snapshot, staging.account, confirm=yes, copy_keys=True)
    assert staging.read("fernet-key") == f"{own},{foreign}"
    assert (done["rotate"], done["previous"].startswith("airflow-staging-before-")) == (True, True)


@pytest.mark.feature("D6", "S6")
def test_key_that_was_rotated_since_the_snapshot_is_found_in_the_history(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = cloud.read("fernet-key")
    now, hour = datetime.datetime.now(datetime.UTC), datetime.timedelta(hours=1)
    monkeypatch.setattr("moto.ssm.models.utcnow", lambda: (now + hour).replace(tzinfo=None))
    cloud.put("fernet-key", "new")
    assert missing_keys(cloud.account, cloud.account, taken=now) == [old]
    assert missing_keys(cloud.account, cloud.account, taken=now + 2 * hour) == []


@pytest.mark.feature("D6")
def test_state_knows_the_restored_instance_by_its_resource_id() -> None:
    state: dict[str, Any] = {
        "resources": [
            {"type": "aws_db_instance", "name": "database", "instances": [{"attributes": {"id": "db-A", "port": 1}}]},
            {"type": "aws_vpc", "name": "network", "instances": [{"attributes": {"id": "vpc"}}]},
        ]
    }
    assert restored_state.replace_id(state, "db-B")
    assert state["resources"][0]["instances"][0]["attributes"] == {"id": "db-B", "resource_id": "db-B", "port": 1}
    assert not restored_state.replace_id(state, "db-B")


@pytest.mark.feature("D6", "D8")
def test_task_roles_may_log_in_to_the_restored_instance(saved: Cloud, adopted: list[str]) -> None:
    """Their permission names the resource id of one instance."""
    account = saved.account
    tokens = account.environment.database.model_copy(update={"authentication": "iam"})
    target = dataclasses.replace(account, environment=account.environment.model_copy(update={"database": tokens}))
    before = database.describe(account)["DbiResourceId"]
    iam, role = saved.client("iam"), f"{saved.names.name}-scheduler-task"
    users = "arn:aws:rds-db:eu-central-1:111111111111:dbuser"
    statement = {"Effect": "Allow", "Action": "rds-db:connect", "Resource": [f"{users}:{before}/airflow"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.create_role(RoleName=role, Path=account.environment.iam.path, AssumeRolePolicyDocument="{}")
    iam.put_role_policy(RoleName=role, PolicyName="connect-to-database", PolicyDocument=json.dumps(policy))
    restore.restore(from_snapshot(target, "saved"), target, confirm=yes)
    found = iam.get_role_policy(RoleName=role, PolicyName="connect-to-database")["PolicyDocument"]
    assert found["Statement"][0]["Resource"] == [f"{users}:{adopted[-1]}/airflow"]
    assert database.describe(target)["IAMDatabaseAuthenticationEnabled"] is True


@pytest.mark.feature("D6", "D8")
def test_output_with_the_resource_id_follows_the_state() -> None:
    instance = {"attributes": {"id": "db-OLD", "resource_id": "db-OLD"}}
    outputs = {"database_resource_id": {"value": "db-OLD"}, "database_address": {"value": "a"}}
    resource = {"type": "aws_db_instance", "name": "database", "instances": [instance]}
    state: dict[str, Any] = {"resources": [resource], "outputs": outputs}
    assert restored_state.replace_id(state, "db-NEW")
    assert {name: item["value"] for name, item in outputs.items()} == {
        "database_resource_id": "db-NEW",
        "database_address": "a",
    }
    assert not restored_state.replace_id(state, "db-NEW")
