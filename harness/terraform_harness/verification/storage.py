"""Checks of buckets, log groups, databases, Redis replication groups and image repositories."""

from __future__ import annotations

import json
from collections.abc import Iterator

from terraform_harness.verification.check import Check, Deployment, Resource, check, verifier

PROBE_KEY = "terraform-harness-verify"
PUBLIC_ACCESS_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@verifier("aws_s3_bucket")
def bucket_blocks_public_access_and_plain_http(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the bucket blocks public access and plain HTTP."""
    s3, name = deployment.client("s3"), resource.values["bucket"]
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    missing = [setting for setting in PUBLIC_ACCESS_BLOCKS if not block.get(setting)]
    yield check(resource.address, "public access is blocked", not missing, f"not set: {missing}")
    policy = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])
    denied = any(_denies_http(statement) for statement in policy["Statement"])
    yield check(resource.address, "plain HTTP is denied", denied, "no Deny on aws:SecureTransport false")


def _denies_http(statement: dict[str, object]) -> bool:
    condition = json.dumps(statement.get("Condition", {})).lower()
    every_principal = statement.get("Principal") in ("*", {"AWS": "*"})
    return statement["Effect"] == "Deny" and every_principal and '"aws:securetransport": "false"' in condition


@verifier("aws_s3_bucket")
def bucket_encrypts_new_objects(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the bucket encrypts new objects."""
    s3, name = deployment.client("s3"), resource.values["bucket"]
    s3.put_object(Bucket=name, Key=PROBE_KEY, Body=b"verify")
    stored = s3.head_object(Bucket=name, Key=PROBE_KEY)
    version = {"VersionId": stored["VersionId"]} if stored.get("VersionId", "null") != "null" else {}
    s3.delete_object(Bucket=name, Key=PROBE_KEY, **version)
    encryption = stored.get("ServerSideEncryption")
    yield check(resource.address, "a written object is encrypted", encryption, "it is stored in plain text")


@verifier("aws_cloudwatch_log_group")
def log_group_has_a_retention(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the log group has a retention."""
    name = resource.values["name"]
    found = deployment.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    group: dict[str, object] = next((group for group in found if group["logGroupName"] == name), {})
    yield check(
        resource.address, "log group exists and has a retention", group.get("retentionInDays"), "events never expire"
    )


@verifier("aws_db_instance")
def database_is_private_and_encrypted(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the database is private and encrypted."""
    name = resource.values["identifier"]
    database = deployment.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    yield check(resource.address, "storage is encrypted", database["StorageEncrypted"], "it is not encrypted")
    yield check(resource.address, "no public address", not database["PubliclyAccessible"], "it has one")
    groups = [group["DBParameterGroupName"] for group in database["DBParameterGroups"]]
    pages = deployment.client("rds").get_paginator("describe_db_parameters").paginate(DBParameterGroupName=groups[0])
    forced = [
        parameter.get("ParameterValue")
        for page in pages
        for parameter in page["Parameters"]
        if parameter["ParameterName"] == "rds.force_ssl"
    ]
    yield check(resource.address, "connections without TLS are rejected", forced == ["1"], f"rds.force_ssl is {forced}")


@verifier("aws_elasticache_replication_group")
def replication_group_encrypts(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that the replication group encrypts."""
    name = resource.values["replication_group_id"]
    found = deployment.client("elasticache").describe_replication_groups(ReplicationGroupId=name)
    group = found["ReplicationGroups"][0]
    yield check(resource.address, "TLS in transit", group.get("TransitEncryptionEnabled"), "it is off")
    yield check(resource.address, "encrypted at rest", group.get("AtRestEncryptionEnabled"), "it is off")
    members, wanted = len(group["MemberClusters"]), resource.values["num_cache_clusters"]
    yield check(resource.address, f"{wanted} members", members == wanted, f"{members} members")


@verifier("aws_ecr_repository")
def image_tags_are_immutable(resource: Resource, deployment: Deployment) -> Iterator[Check]:
    """Check that image tags are immutable."""
    names = [resource.values["name"]]
    found = deployment.client("ecr").describe_repositories(repositoryNames=names)["repositories"][0]
    mutability = found["imageTagMutability"]
    yield check(resource.address, "tags are immutable", mutability == "IMMUTABLE", f"they are {mutability}")
