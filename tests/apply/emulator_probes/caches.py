"""Probes of patches of ElastiCache."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.apply.emulator_probes.probe import Client, probe
from tests.apply.emulator_probes.stores import three_subnets


def make_group(aws: Client) -> Any:
    return aws("elasticache").create_replication_group(
        ReplicationGroupId="r",
        ReplicationGroupDescription="r",
        NumCacheClusters=2,
        TransitEncryptionEnabled=True,
        TransitEncryptionMode="required",
    )["ReplicationGroup"]


@probe("elasticache.create_replication_group", "elasticache.describe_cache_clusters")
def replication_group_has_its_members(aws: Client) -> None:
    assert make_group(aws)["MemberClusters"] == ["r-001", "r-002"]
    member = aws("elasticache").describe_cache_clusters(CacheClusterId="r-002")["CacheClusters"][0]
    assert member["TransitEncryptionMode"] == "required"


@probe("elasticache.delete_replication_group")
def deleted_replication_group_is_gone(aws: Client) -> None:
    make_group(aws)
    aws("elasticache").delete_replication_group(ReplicationGroupId="r")
    assert aws("elasticache").describe_replication_groups()["ReplicationGroups"] == []


@probe("elasticache.modify_cache_subnet_group")
def cache_subnet_group_gets_another_subnet(aws: Client) -> None:
    ids, name = three_subnets(aws), {"CacheSubnetGroupName": "g"}
    cache = aws("elasticache")
    cache.create_cache_subnet_group(**name, CacheSubnetGroupDescription="g", SubnetIds=ids[:2])
    cache.modify_cache_subnet_group(**name, SubnetIds=ids)
    (group,) = cache.describe_cache_subnet_groups(**name)["CacheSubnetGroups"]
    assert {subnet["SubnetIdentifier"] for subnet in group["Subnets"]} == set(ids)


@probe("elasticache.modify_replication_group")
def replication_group_stores_its_token(aws: Client) -> None:
    make_group(aws)
    token = {"AuthToken": "t" * 16, "AuthTokenUpdateStrategy": "SET"}
    aws("elasticache").modify_replication_group(ReplicationGroupId="r", **token, ApplyImmediately=True)
    assert aws("elasticache").describe_replication_groups()["ReplicationGroups"][0]["AuthTokenEnabled"]


def make_users(aws: Client) -> None:
    user = {"Engine": "redis", "NoPasswordRequired": True}
    aws("elasticache").create_user(UserId="off", UserName="default", AccessString="off -@all", **user)
    user = {"Engine": "redis", "AuthenticationMode": {"Type": "iam"}}
    aws("elasticache").create_user(UserId="team", UserName="team", AccessString="on ~a -@all", **user)


@probe("elasticache.create_user", "elasticache.modify_user")
def user_with_tokens_has_one_name_and_gets_another_queue(aws: Client) -> None:
    make_users(aws)
    cache = aws("elasticache")
    answer, iam = "accepted", {"Type": "iam"}
    try:
        cache.create_user(UserId="a", UserName="b", Engine="redis", AccessString="off", AuthenticationMode=iam)
    except ClientError as error:
        answer = str(error)
    assert "User Id and User name must be same" in answer
    cache.modify_user(UserId="team", AccessString="on ~a ~b -@all")
    assert cache.describe_users(UserId="team")["Users"][0]["AccessString"] == "on ~a ~b -@all"


@probe(
    "elasticache.create_user_group",
    "elasticache.describe_user_groups",
    "elasticache.modify_user_group",
    "elasticache.delete_user_group",
)
def user_group_takes_the_place_of_the_token(aws: Client) -> None:
    make_users(aws)
    make_group(aws)
    cache, group = aws("elasticache"), {"ReplicationGroupId": "r", "ApplyImmediately": True}
    cache.modify_replication_group(**group, AuthToken="t" * 16, AuthTokenUpdateStrategy="SET")
    with pytest.raises(ClientError, match="needs to contain a user with the user name default"):
        cache.create_user_group(UserGroupId="g", Engine="redis", UserIds=["team"])
    made = cache.create_user_group(UserGroupId="g", Engine="redis", UserIds=["off"])
    cache.modify_user_group(UserGroupId="g", UserIdsToAdd=["team"])
    assert cache.describe_user_groups(UserGroupId="g")["UserGroups"][0]["UserIds"] == ["off", "team"]
    assert cache.list_tags_for_resource(ResourceName=made["ARN"])["TagList"] == []
    with pytest.raises(ClientError, match="User group can't be associated with auth token enabled"):
        cache.modify_replication_group(**group, UserGroupIdsToAdd=["g"])
    cache.modify_replication_group(**group, UserGroupIdsToAdd=["g"], AuthTokenUpdateStrategy="DELETE")
    (found,) = cache.describe_replication_groups()["ReplicationGroups"]
    assert (found["UserGroupIds"], found["AuthTokenEnabled"]) == (["g"], False)
    with pytest.raises(ClientError, match="is associated with a replication group"):
        cache.delete_user_group(UserGroupId="g")
    cache.modify_replication_group(**group, RemoveUserGroups=True, AuthToken="t" * 16, AuthTokenUpdateStrategy="SET")
    cache.delete_user_group(UserGroupId="g")
    assert cache.describe_user_groups()["UserGroups"] == []


@probe(
    "elasticache.create_cache_parameter_group",
    "elasticache.describe_cache_parameter_groups",
    "elasticache.modify_cache_parameter_group",
    "elasticache.reset_cache_parameter_group",
    "elasticache.describe_cache_parameters",
    "elasticache.delete_cache_parameter_group",
)
def parameter_group_is_created_and_deleted(aws: Client) -> None:
    cache, name = aws("elasticache"), {"CacheParameterGroupName": "p"}
    eviction = {"ParameterName": "maxmemory-policy", "ParameterValue": "noeviction"}
    timeout = {"ParameterName": "timeout", "ParameterValue": "0"}
    made = cache.create_cache_parameter_group(**name, CacheParameterGroupFamily="redis7", Description="p")
    cache.modify_cache_parameter_group(**name, ParameterNameValues=[eviction, timeout])
    cache.reset_cache_parameter_group(**name, ParameterNameValues=[timeout])
    assert cache.describe_cache_parameters(**name)["Parameters"] == [eviction | {"Source": "user"}]
    assert cache.list_tags_for_resource(ResourceName=made["CacheParameterGroup"]["ARN"])["TagList"] == []
    assert len(cache.describe_cache_parameter_groups(**name)["CacheParameterGroups"]) == 1
    cache.delete_cache_parameter_group(**name)
    with pytest.raises(ClientError, match="CacheParameterGroup p not found"):
        cache.describe_cache_parameter_groups(**name)


@probe("elasticache.delete_cache_subnet_group")
def cache_subnet_group_can_be_deleted(aws: Client) -> None:
    vpc = aws("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = aws("ec2").create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    name = {"CacheSubnetGroupName": "g"}
    aws("elasticache").create_cache_subnet_group(**name, CacheSubnetGroupDescription="g", SubnetIds=[subnet])
    aws("elasticache").delete_cache_subnet_group(**name)
    assert aws("elasticache").describe_cache_subnet_groups()["CacheSubnetGroups"] == []
