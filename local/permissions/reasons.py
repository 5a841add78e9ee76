"""Why an action or a resource is granted although no recorded run needed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from local.permissions.usage import Usage

_DEPLOY = "CI: deploy: "
_PROXY = "database.proxy, which the recorded environments do not have"
_READ = "make deploy plans and verifies with this role; in these runs the plan role reads"
_BACKEND = "DAG code may read any connection or variable while this component parses or runs it"
REASONS: Mapping[str, str] = {
    f"{_DEPLOY}route53:*HostedZone": "AWS Cloud Map needs it of the caller who creates or deletes a private namespace",
    f"{_DEPLOY}ecr:GetAuthorizationToken": "operations image logs in to the image repository",
    f"{_DEPLOY}ecr:[ICB]*": "operations image uploads an image",
    f"{_DEPLOY}ecr:Upload*": "operations image uploads an image",
    f"{_DEPLOY}ecr:S[et]*": "a policy or a scan of the image repository that a later version sets",
    f"{_DEPLOY}ecs:RunTask": "operations migrate runs a one-off Fargate task",
    f"{_DEPLOY}ecs:StopTask": "an interrupted operations migrate stops its Fargate task",
    f"{_DEPLOY}rds:St[ao]*": "make hibernate stops the database, make wake starts it",
    f"{_DEPLOY}rds:Reboot*": "a changed parameter that needs a reboot",
    f"{_DEPLOY}rds:Reset*": "a parameter that is reset",
    f"{_DEPLOY}rds:Restore*": "operations restore restores a snapshot or a point in time",
    f"{_DEPLOY}rds:*egister*": _PROXY,
    f"{_DEPLOY}arn:aws:rds:*:db-proxy:[*]": _PROXY,
    f"{_DEPLOY}arn:aws:rds:*:target-group:[*]": _PROXY,
    f"{_DEPLOY}secretsmanager:*": f"{_PROXY}: its credentials",
    f"{_DEPLOY}arn:aws:secretsmanager:*": f"{_PROXY}: its credentials",
    f"{_DEPLOY}arn:aws:rds:*:snapshot:*": "database.final_snapshot",
    f"{_DEPLOY}sns:*Subscri*": "a change of alarms.email, which no recorded run makes",
    f"{_DEPLOY}wafv2:Update*": "a change of load_balancer.waf, which no recorded run makes",
    f"{_DEPLOY}arn:aws:s3:::*-dags-*": "dags.delivery: s3, and operations dags release",
    f"{_DEPLOY}*prefix-list/[*]": "a rule of a security group that names the prefix list of S3",
    f"{_DEPLOY}elasticache:[DI]*crease[*]": "a changed number of replicas of the broker",
    f"{_DEPLOY}elasticache:Reset*": "a parameter of the broker that is reset",
    f"{_DEPLOY}logs:*ssociate*": "a changed KMS key of a log group",
    f"{_DEPLOY}logs:Filter*": "operations logs",
    f"{_DEPLOY}logs:Update*": "a changed delivery of logs",
    f"{_DEPLOY}servicediscovery:Deregister*": "an instance that a failed task left in AWS Cloud Map",
    f"{_DEPLOY}servicediscovery:Update*": "a changed service of AWS Cloud Map",
    f"{_DEPLOY}kms:UpdateAlias": "an alias moves when its key is replaced",
    f"{_DEPLOY}kms:PutKeyPolicy": "a later version changes the policy of a key",
    f"{_DEPLOY}kms:UpdateKeyDescription": "a later version changes the description of a key",
    "CI: *: kms:GenerateDataKey": "needed to write the lock file of a state into a bucket with this key",
    f"{_DEPLOY}iam:UpdateAssumeRolePolicy": "a later version changes the trust of a role",
    f"{_DEPLOY}iam:UpdateRoleDescription": "a later version changes the description of a role",
    f"{_DEPLOY}iam:*tachRolePolicy": "managed policies in workers[].policies and those of AWS services",
    f"{_DEPLOY}[*]": "actions of the statement that support no resource; each has its own reason",
    f"{_DEPLOY}*:Untag*": "a tag that an environment no longer has",
    f"{_DEPLOY}*:Remove*": "a tag that an environment no longer has",
    f"{_DEPLOY}*:Tag*": "a tag that an environment changes later",
    f"{_DEPLOY}*:Describe*": _READ,
    f"{_DEPLOY}*:Get*": _READ,
    f"{_DEPLOY}*:List*": _READ,
    "scheduler: task role: ecs:TagResource": "RunTask copies the tags of the task definition; AWS may ask for it, the"
    " emulator does not (docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html)",
    "scheduler: task role: arn:aws:ecs:*:task/*": "the resource of ecs:TagResource",
    "*: execution role: logs:PutLogEvents": "in this run no container of the component ended before the end of the run",
    "*: task role: ecs:GetTaskProtection": "the agent reads the state of the protection with it",
    "*: task role: s3:ListBucket": "a component that reads task logs lists them first",
    "*: task role: arn:aws:s3:::*-task-logs-*": "the resource of s3:ListBucket",
    "*: task role: ssm:GetParameter": _BACKEND,
    "*: task role: kms:Decrypt": _BACKEND,
    "*: task role: arn:aws:kms:*": _BACKEND,
    "*: task role: *:parameter/airflow/<environment>/*": _BACKEND,
}
"""Pattern of ``role: action or resource`` -> the reason; the first pattern that matches counts."""


def reason(role: str, part: str) -> str:
    """The reason for an action or a resource of a role; empty where there is none."""
    return next((text for pattern, text in REASONS.items() if fnmatchcase(f"{role}: {part}", pattern)), "")


def unexplained(found: Iterable[Usage]) -> list[str]:
    """What is neither needed nor explained, one line each."""
    return [
        f"{item.role}: policy {item.policy}: {part}: no recorded request needs it"
        for item in found
        for part in item.unused
        if not reason(item.role, part)
    ]


def superfluous(found: Iterable[Usage]) -> list[str]:
    """The reasons for what is needed, or granted no more."""
    unused = {f"{item.role}: {part}" for item in found for part in item.unused}
    return [
        f"local/permissions/reasons.py: {pattern}: matches only needed permissions. Fix: remove it"
        for pattern in REASONS
        if not any(fnmatchcase(name, pattern) for name in unused)
    ]
