"""Probes of patches of RDS and S3."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.apply.emulator_probes.probe import REGION, Client, probe


def three_subnets(aws: Client) -> list[str]:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"eu-central-1{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("abc")
    ]


@probe("rds.modify_db_subnet_group")
def database_subnet_group_gets_another_subnet(aws: Client) -> None:
    ids, name, rds = three_subnets(aws), {"DBSubnetGroupName": "g"}, aws("rds")
    rds.create_db_subnet_group(**name, DBSubnetGroupDescription="g", SubnetIds=ids[:2])
    rds.modify_db_subnet_group(**name, SubnetIds=ids)
    (group,) = rds.describe_db_subnet_groups(**name)["DBSubnetGroups"]
    assert {subnet["SubnetIdentifier"] for subnet in group["Subnets"]} == set(ids)


@probe("rds.create_db_instance", "rds.modify_db_instance")
def database_keeps_performance_insights(aws: Client) -> None:
    aws("rds").create_db_instance(
        DBInstanceIdentifier="d",
        Engine="postgres",
        DBInstanceClass="db.t4g.medium",
        AllocatedStorage=20,
        MasterUsername="a",
        MasterUserPassword="passwords",
        EnablePerformanceInsights=True,
        PerformanceInsightsKMSKeyId="alias/k",
    )
    found = aws("rds").describe_db_instances(DBInstanceIdentifier="d")["DBInstances"][0]
    assert (found["PerformanceInsightsEnabled"], found["PerformanceInsightsRetentionPeriod"]) == (True, 7)
    aws("rds").modify_db_instance(DBInstanceIdentifier="d", EnablePerformanceInsights=False)
    assert not aws("rds").describe_db_instances(DBInstanceIdentifier="d")["DBInstances"][0][
        "PerformanceInsightsEnabled"
    ]


@probe("rds.update_parameters")
def parameter_has_a_source(aws: Client) -> None:
    name = {"DBParameterGroupName": "p"}
    aws("rds").create_db_parameter_group(**name, DBParameterGroupFamily="postgres16", Description="p")
    parameter = {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "ApplyMethod": "immediate"}
    aws("rds").modify_db_parameter_group(**name, Parameters=[parameter])
    assert aws("rds").describe_db_parameters(**name)["Parameters"][0]["Source"] == "user"


def make_database(aws: Client, name: str = "d", *, gib: int = 20) -> Any:
    size = {"DBInstanceClass": "db.t4g.medium", "AllocatedStorage": gib, "BackupRetentionPeriod": 7}
    user = {"MasterUsername": "a", "MasterUserPassword": "passwords"}
    return aws("rds").create_db_instance(DBInstanceIdentifier=name, Engine="postgres", **size, **user)["DBInstance"]


@probe("rds.describe_db_instance_automated_backups")
def automated_backup_has_the_times_that_can_be_restored(aws: Client) -> None:
    made = make_database(aws)
    (found,) = aws("rds").describe_db_instance_automated_backups(DBInstanceIdentifier="d")["DBInstanceAutomatedBackups"]
    assert found["DbiResourceId"] == made["DbiResourceId"]
    assert found["RestoreWindow"]["EarliestTime"] <= found["RestoreWindow"]["LatestTime"]


@probe("rds.restore_db_instance_to_point_in_time")
def database_is_restored_by_its_resource_id(aws: Client) -> None:
    make_database(aws, "another")
    source = {"SourceDbiResourceId": make_database(aws, gib=30)["DbiResourceId"], "UseLatestRestorableTime": True}
    restored = aws("rds").restore_db_instance_to_point_in_time(**source, TargetDBInstanceIdentifier="n")["DBInstance"]
    assert (restored["DBInstanceIdentifier"], restored["AllocatedStorage"]) == ("n", 30)
    assert "ReadReplicaSourceDBInstanceIdentifier" not in restored


@probe("rds.save_automated_backup")
def database_is_restored_again_in_the_same_minute(aws: Client) -> None:
    make_database(aws)
    for name in ("first", "second", "third"):
        aws("rds").restore_db_instance_to_point_in_time(
            SourceDBInstanceIdentifier="d", TargetDBInstanceIdentifier="n", UseLatestRestorableTime=True
        )
        aws("rds").modify_db_instance(DBInstanceIdentifier="n", NewDBInstanceIdentifier=name, ApplyImmediately=True)


@probe("s3.get_permission")
def bucket_that_denies_http_accepts_objects(aws: Client) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
    }
    http = deny | {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [http]}))
    s3.put_object(Bucket="bucket", Key="k", Body=b"v")
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    with pytest.raises(ClientError, match="403"):
        s3.put_object(Bucket="bucket", Key="k", Body=b"v")
