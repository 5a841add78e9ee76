"""Mutants of arguments and resources that protect data: switches, encryption keys, retention, TLS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_harness.mutation.mutant import Edit, edited, operator

# The safe value of each switch; a mutant inverts it. Switches that only change price are not listed.
SAFE = {
    "allow_major_version_upgrade": False,
    "at_rest_encryption_enabled": True,
    "automatic_failover_enabled": True,
    "block_public_acls": True,
    "block_public_policy": True,
    "deletion_protection": True,
    "drop_invalid_header_fields": True,
    "enable_deletion_protection": True,
    "enable_execute_command": False,
    "enable_key_rotation": True,
    "force_delete": False,
    "force_destroy": False,
    "ignore_public_acls": True,
    "internal": True,
    "map_public_ip_on_launch": False,
    "multi_az": True,
    "multi_az_enabled": True,
    "performance_insights_enabled": True,
    "publicly_accessible": False,
    "restrict_public_buckets": True,
    "skip_final_snapshot": False,
    "storage_encrypted": True,
    "transit_encryption_enabled": True,
}
PROTECTORS = (
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_versioning",
    "aws_default_security_group",
    "aws_default_network_acl",
    "aws_flow_log",
    "aws_network_acl",
)
KEYS = ("kms_key_id", "kms_key_arn", "kms_master_key_id", "key_id")


@operator
def flip_switch(_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Invert a switch that has its safe value, for instance encryption or deletion protection.

    The AWS provider declares some switches as strings ("true"), such as ``at_rest_encryption_enabled``.
    """
    for key, safe in SAFE.items():
        if body.get(key) is safe or body.get(key) == str(safe).lower():
            yield Edit(change=f"{key} = {str(not safe).lower()}", body=edited(body, **{key: not safe}))


@operator
def drop_protector(type_: str, _: Mapping[str, Any]) -> Iterator[Edit]:
    """Remove a resource whose only purpose is protection, for instance a public access block."""
    if type_ in PROTECTORS:
        yield Edit(change="removed", body=None)


@operator
def drop_key(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Encrypt with the AWS managed key instead of a customer-managed key."""
    for key in KEYS:
        if isinstance(body.get(key), str) and type_ != "aws_kms_alias":
            yield Edit(change=f"no {key}", body=edited(body, **{key: None}))


@operator
def no_retention(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Keep log events without a limit."""
    if type_ == "aws_cloudwatch_log_group" and "retention_in_days" in body:
        yield Edit(change="no retention_in_days", body=edited(body, retention_in_days=None))


@operator
def plain_parameter(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Store a secret as a plain string, or its value in the state."""
    if type_ == "aws_ssm_parameter" and body.get("type") == "SecureString":
        yield Edit(change="type = String", body=edited(body, type="String", key_id=None))
        value = body.get("value_wo") or "x"
        yield Edit(change="value in the state", body=edited(body, value=value, value_wo=None, value_wo_version=None))


@operator
def weak_transport(type_: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Accept old TLS versions, or plain HTTP."""
    if type_ == "aws_lb_listener" and body.get("protocol") == "HTTPS":
        old = "ELBSecurityPolicy-2016-08"
        yield Edit(change=f"ssl_policy = {old}", body=edited(body, ssl_policy=old))
        plain = edited(body, protocol="HTTP", port=80, ssl_policy=None, certificate_arn=None)
        yield Edit(change="protocol = HTTP", body=plain)
