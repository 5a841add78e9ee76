"""Consequences for buckets, images, logs, database and broker."""

from __future__ import annotations

import json
from collections.abc import Iterator

from terraform_harness.verification.check import Check, Resource, World, check, consequence

CLOSED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@consequence("aws_s3_bucket")
def bucket_is_closed_to_public_and_http(resource: Resource, world: World) -> Iterator[Check]:
    s3, name = world.client("s3"), resource.values["bucket"]
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    open_doors = [door for door in CLOSED if not block.get(door)]
    yield check(resource.address, "public access is blocked", not open_doors, f"not blocked: {open_doors}")
    policy = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    refused = any(_refuses_http(statement) for statement in policy["Statement"])
    yield check(resource.address, "plain HTTP is refused", refused, "no Deny on aws:SecureTransport false")


def _refuses_http(statement: dict[str, object]) -> bool:
    condition = json.dumps(statement.get("Condition", {})).lower()
    everybody = statement.get("Principal") in ("*", {"AWS": "*"})
    return statement["Effect"] == "Deny" and everybody and '"aws:securetransport": "false"' in condition


@consequence("aws_s3_bucket")
def bucket_encrypts_what_it_gets(resource: Resource, world: World) -> Iterator[Check]:
    s3, name = world.client("s3"), resource.values["bucket"]
    s3.put_object(Bucket=name, Key="airflow-fargate-verify", Body=b"verify")
    kept = s3.head_object(Bucket=name, Key="airflow-fargate-verify")
    version = {"VersionId": kept["VersionId"]} if kept.get("VersionId", "null") != "null" else {}
    s3.delete_object(Bucket=name, Key="airflow-fargate-verify", **version)
    how = kept.get("ServerSideEncryption")
    yield check(resource.address, "a written object is encrypted", how, "it is stored in the clear")


@consequence("aws_cloudwatch_log_group")
def log_group_forgets(resource: Resource, world: World) -> Iterator[Check]:
    name = resource.values["name"]
    found = world.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    group: dict[str, object] = next((one for one in found if one["logGroupName"] == name), {})
    yield check(resource.address, "log group exists and forgets", group.get("retentionInDays"), "kept for ever")


@consequence("aws_db_instance")
def database_is_private_and_encrypted(resource: Resource, world: World) -> Iterator[Check]:
    name = resource.values["identifier"]
    database = world.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    yield check(resource.address, "storage is encrypted", database["StorageEncrypted"], "it is not")
    yield check(resource.address, "no public address", not database["PubliclyAccessible"], "it has one")
    groups = [one["DBParameterGroupName"] for one in database["DBParameterGroups"]]
    pages = world.client("rds").get_paginator("describe_db_parameters").paginate(DBParameterGroupName=groups[0])
    forced = [
        p.get("ParameterValue") for page in pages for p in page["Parameters"] if p["ParameterName"] == "rds.force_ssl"
    ]
    yield check(resource.address, "plain connections are refused", forced == ["1"], f"rds.force_ssl is {forced}")


@consequence("aws_elasticache_replication_group")
def broker_speaks_tls_only(resource: Resource, world: World) -> Iterator[Check]:
    name = resource.values["replication_group_id"]
    found = world.client("elasticache").describe_replication_groups(ReplicationGroupId=name)
    group = found["ReplicationGroups"][0]
    yield check(resource.address, "TLS in transit", group.get("TransitEncryptionEnabled"), "it is off")
    yield check(resource.address, "encrypted at rest", group.get("AtRestEncryptionEnabled"), "it is not")
    members, wanted = len(group["MemberClusters"]), resource.values["num_cache_clusters"]
    yield check(resource.address, f"{wanted} members", members == wanted, f"{members} members")


@consequence("aws_ecr_repository")
def images_never_change(resource: Resource, world: World) -> Iterator[Check]:
    names = [resource.values["name"]]
    found = world.client("ecr").describe_repositories(repositoryNames=names)["repositories"][0]
    how = found["imageTagMutability"]
    yield check(resource.address, "tags are immutable", how == "IMMUTABLE", f"they are {how}")
