"""Quotas and limits of AWS that an environment file can reach, each with its source.

The rules of ``environments/rules`` read them, and the emulator enforces those that have a name: ``account_limits``.
An adjustable quota is AWS's default: an account may have a higher value.
"""

from __future__ import annotations

from dataclasses import dataclass

_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
_ECS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html"
_LOGS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"
_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_TAGS = "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"
_LOAD_BALANCER = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html"


@dataclass(frozen=True)
class Quota:
    """One limit.

    Args:
        limit: largest value that AWS accepts.
        what: what is counted, in the plural, as it reads after a number.
        source: the page of AWS that states the limit.
        adjustable: AWS raises the limit on request.
        emulated: name of the quota in the emulator (``terraform_harness``); empty where only synthesis checks it.
    """

    limit: int
    what: str
    source: str
    adjustable: bool = False
    emulated: str = ""


NETWORK_ACL_RULES = Quota(20, "inbound rules of a network ACL", _VPC, adjustable=True, emulated="network_acl_rules")
"""For each direction and each version of IP, the default deny rule included; AWS raises it to 40 at most."""
NETWORK_ACL_OUTBOUND_RULES = Quota(20, "outbound rules of a network ACL", _VPC, adjustable=True)
SECURITY_GROUP_RULES = Quota(
    60, "inbound rules of a security group", _VPC, adjustable=True, emulated="security_group_rules"
)
"""For each direction and each version of IP."""
VPC_PREFIX_LENGTHS = (16, 28)
"""Largest and smallest block of a VPC: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"""
TASK_DEFINITION_BYTES = Quota(64 * 1024, "bytes of an ECS task definition", _ECS, emulated="task_definition_size")
SAVED_QUERY_LOG_GROUPS = Quota(50, "log groups of a saved query of CloudWatch Logs", _LOGS, emulated="query_log_groups")
TAGS = Quota(50, "tags of a resource", _TAGS)
TAG_KEY_CHARACTERS = Quota(128, "characters of a tag key", _TAGS)
TAG_VALUE_CHARACTERS = Quota(256, "characters of a tag value", _TAGS)
LOAD_BALANCER_NAME_CHARACTERS = Quota(32, "characters of a load balancer's name", _LOAD_BALANCER)
"""Target groups have the same limit; ElastiCache allows 40, RDS and S3 63."""
BROKER_USER_CHARACTERS = Quota(
    40,
    "characters of an ElastiCache user's id",
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
)
MANAGED_POLICIES = Quota(10, "managed policies of a role", _IAM, adjustable=True)
INLINE_POLICY_CHARACTERS = Quota(10_240, "characters of a role's inline policies", _IAM)
"""Without white space."""
ROLE_NAME_CHARACTERS = Quota(64, "characters of a role's name", _IAM)
CERTIFICATE_NAME_CHARACTERS = Quota(
    64,
    "characters of a certificate's common name",
    "https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html",
)


def account_limits() -> dict[str, int]:
    """The limits that the emulator enforces, by its names (``Emulator(quotas=...)``).

    >>> account_limits()["network_acl_rules"]
    20
    """
    stated = (NETWORK_ACL_RULES, SECURITY_GROUP_RULES, TASK_DEFINITION_BYTES, SAVED_QUERY_LOG_GROUPS)
    return {quota.emulated: quota.limit for quota in stated}
