"""O2, O3, E4, E6, T6: looking before acting: the account, the image, the plan, the running environment."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID

from environments.sections.identity import Waiver
from operations import doctor, image, plan_guard, stacks, verify
from operations.account import Account
from operations.bootstrap import bucket_exists
from operations.errors import Refused
from tests.unit.operations.cloud import Cloud

TODAY = datetime.date(2026, 11, 23)


def troubles(account: Account) -> dict[str, str]:
    return {check.what: check.trouble for check in verify.verify(account) if check.trouble}


@pytest.mark.feature("O2")
def test_a_whole_environment_verifies(cloud: Cloud) -> None:
    cloud.client("elasticache").modify_replication_group(
        ReplicationGroupId=cloud.names.name, AuthToken="x" * 32, AuthTokenUpdateStrategy="SET"
    )
    cloud.put("schema", "{}", kind="String")
    cloud.client("ecs").update_service(cluster=cloud.names.name, service="api-server", desiredCount=2)
    assert troubles(cloud.account) == {}


@pytest.mark.feature("O2")
def test_each_thing_that_is_wrong_is_named(cloud: Cloud) -> None:
    cloud.client("ssm").delete_parameter(Name=cloud.names.parameter("jwt-secret"))
    cloud.put("fernet-key", "broken")
    cloud.client("rds").stop_db_instance(DBInstanceIdentifier=cloud.names.name)
    cloud.client("ecs").delete_service(cluster=cloud.names.name, service="triggerer", force=True)
    cloud.client("s3").delete_bucket(Bucket="state-of-dev")
    assert troubles(cloud.account) == {
        "bucket of the Terraform state": "does not exist",
        "secret jwt-secret": "does not exist",
        "secret fernet-key": "key 1 is not 32 bytes in URL-safe base64",
        "database available": "is stopped",
        "broker demands its token": "takes anybody; python -m operations secrets dev",
        "migration recorded": "never; python -m operations migrate dev",
        "service api-server": "1 Fargate tasks wanted, the file says 2 to 4",
        "service triggerer": "does not exist",
    }


@pytest.mark.feature("L4")
@pytest.mark.parametrize(
    ("action", "told"),
    [
        (
            f"arn:aws:sns:eu-central-1:{DEFAULT_ACCOUNT_ID}:airflow-dev-alarms",
            {"alarms": "ringing: airflow-dev-scheduler"},
        ),
        (f"arn:aws:autoscaling:eu-central-1:{DEFAULT_ACCOUNT_ID}:scalingPolicy:0", {}),
    ],
)
def test_an_alarm_that_tells_somebody_is_a_trouble(cloud: Cloud, action: str, told: dict[str, str]) -> None:
    cloudwatch = cloud.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="airflow-dev-scheduler",
        AlarmActions=[action],
        Namespace="Airflow",
        MetricName="heartbeat",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName="airflow-dev-scheduler", StateValue="ALARM", StateReason="test")
    assert {what: trouble for what, trouble in troubles(cloud.account).items() if what == "alarms"} == told


@pytest.mark.feature("O2")
def test_an_empty_account_verifies_nothing_and_ends(empty_account: Account) -> None:
    found = troubles(empty_account)
    assert found["database"].startswith("database airflow-dev does not exist")
    assert found["service scheduler"] == "does not exist"


@pytest.mark.feature("E4")
def test_credentials_of_another_account_are_refused(empty_account: Account) -> None:
    certificate = "arn:aws:acm:eu-central-1:999999999999:certificate/0000"
    environment = Cloud.environment(account_id="999999999999", load_balancer={"certificate_arn": certificate})
    other = Cloud.account_of(environment)
    with pytest.raises(Refused, match=r"dev lives in account 999999999999, the credentials are of 123456789012"):
        other.guard()
    assert empty_account.guard() is empty_account


@pytest.mark.feature("T6")
def test_an_image_for_another_processor_is_refused(cloud: Cloud) -> None:
    assert image.check(cloud.account).startswith("sha256:")
    amd = Cloud.account_of(Cloud.environment(architecture="X86_64"))
    assert image.check(amd).startswith("sha256:")
    tag = cloud.account.environment.airflow.image_tag
    cloud.client("ecr").batch_delete_image(repositoryName=cloud.names.name, imageIds=[{"imageTag": tag}])
    cloud.push_image(["amd64"])
    with pytest.raises(Refused, match=r"is for amd64, the task definitions ask for arm64 .*build it for linux/arm64"):
        image.check(cloud.account)


@pytest.mark.feature("T6")
def test_an_image_that_is_not_there_is_refused(cloud: Cloud) -> None:
    other = Cloud.account_of(Cloud.environment(airflow={"image_tag": "next"}))
    with pytest.raises(Refused, match=r"image airflow-dev:next is not in the repository"):
        image.check(other)


@pytest.mark.feature("T6")
def test_a_single_platform_image_is_judged_by_its_configuration(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = {"config": {"digest": "sha256:" + "1" * 64}}
    (tmp_path / "config.json").write_text(json.dumps({"architecture": "amd64"}))
    url = {"downloadUrl": (tmp_path / "config.json").as_uri()}
    ecr = cloud.client("ecr")
    monkeypatch.setattr(ecr, "get_download_url_for_layer", lambda **_: url, raising=False)
    monkeypatch.setattr(cloud.account, "client", lambda _: ecr)
    assert image._platforms(cloud.account, manifest) == {"amd64"}


def change(kind: str, *actions: str, paths: list[list[str]] | None = None) -> dict[str, Any]:
    body = {"actions": list(actions), **({"replace_paths": paths} if paths else {})}
    return {"address": f"{kind}.it", "type": kind, "mode": "managed", "change": body}


def waiver(*, address: str = "aws_db_instance.it", expires: str = "2026-12-31", rule: str = plan_guard.RULE) -> Waiver:
    return Waiver.model_validate(
        {"rule": rule, "address": address, "reason": "moved to a new instance", "owner": "me", "expires": expires}
    )


@pytest.mark.feature("E6")
@pytest.mark.parametrize("kind", sorted(plan_guard.HOLDS))
@pytest.mark.parametrize("actions", [("delete",), ("delete", "create"), ("create", "delete")])
def test_a_plan_that_loses_data_is_told(kind: str, actions: tuple[str, ...]) -> None:
    (line,) = plan_guard.losses({"resource_changes": [change(kind, *actions)]}, today=TODAY)
    assert line.startswith(f"{kind}.it would be {'replaced' if 'create' in actions else 'destroyed'}: ")


@pytest.mark.feature("E6")
def test_the_reason_of_a_replacement_is_told() -> None:
    plan = {"resource_changes": [change("aws_db_instance", "delete", "create", paths=[["storage_encrypted"]])]}
    (line,) = plan_guard.losses(plan, today=TODAY)
    assert "aws_db_instance.it would be replaced because storage_encrypted changes" in line


@pytest.mark.feature("E6")
def test_what_holds_no_data_may_go() -> None:
    plan = {"resource_changes": [change("aws_ecs_service", "delete"), change("aws_db_instance", "update")]}
    assert plan_guard.losses(plan, today=TODAY) == []


@pytest.mark.feature("E6")
@pytest.mark.parametrize(
    ("given", "refused"),
    [
        (waiver(), False),
        (waiver(expires="2026-11-23"), False),
        (waiver(expires="2026-11-22"), True),
        (waiver(address="aws_db_instance.other"), True),
        (waiver(rule="AF_SG_1"), True),
    ],
)
def test_a_waiver_holds_for_its_address_until_its_day(given: Waiver, refused: bool) -> None:
    plan = {"resource_changes": [change("aws_db_instance", "delete")]}
    assert bool(plan_guard.losses(plan, waivers=[given], today=TODAY)) is refused


@pytest.mark.feature("O2")
def test_the_summary_of_a_plan_begins_with_what_is_destroyed() -> None:
    plan = {
        "resource_changes": [
            change("aws_vpc", "create"),
            change("aws_eip", "delete", "create"),
            change("aws_lb", "delete"),
            change("aws_kms_key", "update"),
            change("aws_subnet", "no-op"),
        ]
    }
    assert list(stacks.summary(plan)) == [
        "DESTROY aws_lb.it",
        "REPLACE aws_eip.it",
        "change aws_kms_key.it",
        "create aws_vpc.it",
    ]


@pytest.mark.feature("C5")
def test_the_part_of_the_migration_is_found_with_the_rules_that_name_it(tmp_path: Path) -> None:
    def resource(path: str, **body: str) -> dict[str, Any]:
        return {"//": {"metadata": {"path": f"dev-airflow/{path}"}}, **body}

    group = "${aws_security_group.migrate_group.id}"
    resources = {
        "aws_security_group": {"migrate_group": resource("migrate/group"), "scheduler": resource("scheduler/group")},
        "aws_ecs_task_definition": {"migrate": resource("migrate/task-definition")},
        "aws_vpc_security_group_ingress_rule": {
            "database_from_migrate": resource("database/rule", referenced_security_group_id=group),
            "database_from_scheduler": resource("database/rule2", referenced_security_group_id="sg-1"),
        },
        "aws_ecs_service": {"odd": resource("scheduler/service", note=group)},
    }
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"resource": resources}))
    assert stacks.addresses_of(tmp_path, ["migrate"]) == [
        "aws_ecs_task_definition.migrate",
        "aws_security_group.migrate_group",
        "aws_vpc_security_group_ingress_rule.database_from_migrate",
    ]
    with pytest.raises(Refused, match=r"has no construct nothing. Fix: python main.py"):
        stacks.addresses_of(tmp_path, ["nothing"])


@pytest.mark.feature("O3")
def test_doctor_names_what_is_missing_with_its_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "terraform"
    old.write_text("#!/bin/sh\necho Terraform v1.5.7\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    fixes = {finding.what: finding.fix for finding in doctor.machine() if finding.fix and not finding.optional}
    assert fixes == {
        "node": "install Node.js 18 or newer",
        "terraform 1.5.7": "install Terraform 1.11 or newer and put it on PATH (1.11 or newer is needed)",
    }


@pytest.mark.feature("O3")
def test_doctor_looks_into_the_account(cloud: Cloud) -> None:
    def same(_environment: object) -> Account:
        return cloud.account

    assert [finding.fix for finding in doctor.account(cloud.account.environment, same)] == [None, None]
    cloud.client("s3").delete_bucket(Bucket="state-of-dev")
    fixes = [finding.fix for finding in doctor.account(cloud.account.environment, same)]
    assert fixes == [None, "python -m operations bootstrap dev"]


@pytest.mark.feature("E2")
def test_a_bucket_of_somebody_else_is_refused(cloud: Cloud) -> None:
    assert bucket_exists(cloud.account, "state-of-dev")
    assert not bucket_exists(cloud.account, "nobodys-bucket")
