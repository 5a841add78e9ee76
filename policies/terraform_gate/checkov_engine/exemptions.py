"""Resources that AWS does not let pass a rule of checkov: the rule does not apply to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from terraform_gate.configuration import Configuration
from terraform_gate.iam.documents import MalformedError, UnknownDocumentError, statements_in
from terraform_gate.terraform_resource import Resource

_LOGGING_SERVICE = "logging.s3.amazonaws.com"
_LOGGING_GROUP = "http://acs.amazonaws.com/groups/s3/LogDelivery"


def is_exempt(check_id: str, resource: Resource, configuration: Configuration) -> bool:
    """Return whether a rule of checkov does not apply to a resource, because AWS offers no setting that passes it."""
    test = _EXEMPTIONS.get(check_id)
    return test is not None and test(resource, configuration)


def _has_no_backups(resource: Resource, _: Configuration) -> bool:
    return bool(resource.get("node_type") == "cache.t1.micro")


def _receives_access_logs(bucket: Resource, configuration: Configuration) -> bool:
    users = configuration.users_of(bucket, "aws_s3_bucket_acl", "aws_s3_bucket_policy", "aws_s3_bucket_logging")
    return (
        bucket.get("acl") == "log-delivery-write"
        or any(configuration.find(item.get("target_bucket")) == bucket for item in users)
        or any(_admits_log_delivery(item) for item in users if item.type == "aws_s3_bucket_acl")
        or any(_admits_service(item, configuration) for item in users if item.type == "aws_s3_bucket_policy")
    )


def _admits_log_delivery(acl: Resource) -> bool:
    grants = (grant for policy in acl.blocks("access_control_policy") for grant in _listed(policy.get("grant")))
    grantees = (grantee for grant in grants for grantee in _listed(grant.get("grantee")))
    return acl.get("acl") == "log-delivery-write" or any(item.get("uri") == _LOGGING_GROUP for item in grantees)


def _listed(value: object) -> list[Mapping[str, object]]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Mapping)]


def _admits_service(policy: Resource, configuration: Configuration) -> bool:
    try:
        statements = statements_in(policy.get("policy"), configuration)
    except (MalformedError, UnknownDocumentError):
        return False
    return any(item.allows and _LOGGING_SERVICE in item.principals.get("Service", ()) for item in statements)


_EXEMPTIONS: Mapping[str, Callable[[Resource, Configuration], bool]] = {
    # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html: not on cache.t1.micro nodes.
    "CKV_AWS_134": _has_no_backups,
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html: Amazon S3 delivers server access logs only
    # to buckets whose default encryption is SSE-S3.
    "CKV_AWS_145": _receives_access_logs,
}
