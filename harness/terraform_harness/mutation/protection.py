"""Mutants of what protects data: switches, encryption keys, whole protective resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from terraform_harness.mutation.mutant import Edit, edited, operator

# The safe side of each switch; a mutant turns it to the other. What is a matter of price or taste is not here.
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
    """Encryption off, deletion protection off, public access on: every switch that is on its safe side."""
    for key, safe in SAFE.items():
        if body.get(key) is safe:
            yield Edit(change=f"{key} = {str(not safe).lower()}", body=edited(body, **{key: not safe}))


@operator
def drop_protector(kind: str, _: Mapping[str, Any]) -> Iterator[Edit]:
    if kind in PROTECTORS:
        yield Edit(change="removed", body=None)


@operator
def drop_key(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """Encrypted with AWS's key instead of ours."""
    for key in KEYS:
        if isinstance(body.get(key), str) and kind != "aws_kms_alias":
            yield Edit(change=f"no {key}", body=edited(body, **{key: None}))


@operator
def keep_for_ever(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    if kind == "aws_cloudwatch_log_group" and "retention_in_days" in body:
        yield Edit(change="no retention_in_days", body=edited(body, retention_in_days=None))


@operator
def plain_parameter(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    """A secret kept as a plain string, its value in the state."""
    if kind == "aws_ssm_parameter" and body.get("type") == "SecureString":
        yield Edit(change="type = String", body=edited(body, type="String", key_id=None))
        value = body.get("value_wo") or "x"
        yield Edit(change="value in the state", body=edited(body, value=value, value_wo=None, value_wo_version=None))


@operator
def weak_transport(kind: str, body: Mapping[str, Any]) -> Iterator[Edit]:
    if kind == "aws_lb_listener" and body.get("protocol") == "HTTPS":
        old = "ELBSecurityPolicy-2016-08"
        yield Edit(change=f"ssl_policy = {old}", body=edited(body, ssl_policy=old))
        plain = edited(body, protocol="HTTP", port=80, ssl_policy=None, certificate_arn=None)
        yield Edit(change="protocol = HTTP", body=plain)
