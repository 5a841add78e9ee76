"""The limits of AWS on names, descriptions and quantities, from its API references (read on 2026-11-23)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from terraform_gate.terraform_resource import Resource

from tests.reading import fargate_tasks
from tests.synthesis import Deployment

WORDS = r"[A-Za-z0-9_.-]"
HYPHENATED = r"(?!-)(?!.*--)[a-z0-9-]+(?<!-)"
GROUP_TEXT = r"[A-Za-z0-9. _:/()#,@\[\]+=&;{}!$*-]+"
LIMITS: dict[tuple[str, str], tuple[int, str]] = {
    ("aws_appautoscaling_policy", "name"): (256, r".+"),
    ("aws_appautoscaling_scheduled_action", "name"): (256, r"[^|:/]+"),
    ("aws_cloudwatch_dashboard", "dashboard_name"): (255, r"[A-Za-z0-9_-]+"),
    ("aws_cloudwatch_log_group", "name"): (512, r"[A-Za-z0-9_/.#-]+"),
    ("aws_cloudwatch_metric_alarm", "alarm_name"): (255, r"[ -~]+"),
    ("aws_cloudwatch_query_definition", "name"): (255, r"[^:*<>;|]+"),
    ("aws_db_instance", "identifier"): (63, f"[a-z]{HYPHENATED}"),
    ("aws_db_instance", "final_snapshot_identifier"): (255, f"[a-z]{HYPHENATED}"),
    ("aws_db_parameter_group", "name"): (255, f"[a-z]{HYPHENATED}"),
    ("aws_db_proxy", "name"): (63, f"[a-z]{HYPHENATED}"),
    ("aws_db_subnet_group", "name"): (255, r"[a-z0-9 ._-]+"),
    ("aws_ecr_repository", "name"): (256, r"[a-z0-9]+([._/-][a-z0-9]+)*"),
    ("aws_ecs_cluster", "name"): (255, r"[A-Za-z0-9_-]+"),
    ("aws_ecs_service", "name"): (255, r"[A-Za-z0-9_-]+"),
    ("aws_ecs_task_definition", "family"): (255, r"[A-Za-z0-9_-]+"),
    ("aws_elasticache_parameter_group", "name"): (255, f"[a-z]{HYPHENATED}"),
    ("aws_elasticache_replication_group", "replication_group_id"): (40, f"[a-z]{HYPHENATED}"),
    ("aws_elasticache_subnet_group", "name"): (255, r"[a-z0-9-]+"),
    ("aws_iam_role", "name"): (64, r"[\w+=,.@-]+"),
    ("aws_iam_role_policy", "name"): (128, r"[\w+=,.@-]+"),
    ("aws_kms_alias", "name"): (256, r"alias/(?!aws/)[A-Za-z0-9/_-]+"),
    ("aws_lb", "name"): (32, r"(?!internal-)(?!-)[A-Za-z0-9-]+(?<!-)"),
    ("aws_lb_target_group", "name"): (32, r"(?!-)[A-Za-z0-9-]+(?<!-)"),
    ("aws_route53_record", "name"): (255, r"[a-z0-9.-]+"),
    ("aws_s3_bucket", "bucket"): (63, r"(?=.{3})[a-z0-9][a-z0-9.-]*[a-z0-9]"),
    ("aws_scheduler_schedule", "name"): (64, f"{WORDS}+"),
    ("aws_secretsmanager_secret", "name"): (512, r"[A-Za-z0-9/_+=.@-]+"),
    ("aws_security_group", "name"): (255, rf"(?!sg-){GROUP_TEXT}"),
    ("aws_service_discovery_private_dns_namespace", "name"): (253, r"[!-~]+"),
    ("aws_service_discovery_service", "name"): (63, r"[a-z0-9-]+"),
    ("aws_sns_topic", "name"): (256, r"[A-Za-z0-9_-]+"),
    ("aws_ssm_parameter", "name"): (1011, r"(/[A-Za-z0-9_.-]+){1,15}"),
    ("aws_wafv2_web_acl", "name"): (128, r"[\w-]+"),
}
TEXTS: dict[str, tuple[int, str]] = {
    "aws_security_group": (255, GROUP_TEXT),
    "aws_vpc_security_group_ingress_rule": (255, GROUP_TEXT),
    "aws_vpc_security_group_egress_rule": (255, GROUP_TEXT),
    "aws_iam_role": (1000, r"[ -~]+"),
    "aws_wafv2_web_acl": (256, r"[\w+=:#@/,.\s-]+"),
}
NAME_ARGUMENTS = ("name", "identifier", "family", "bucket", "alarm_name", "dashboard_name", "replication_group_id")
TYPES_WITH_ENGINE_FAMILY = {"aws_db_parameter_group", "aws_elasticache_parameter_group"}
GROUP_RULES, ACL_RULES, ROLE_POLICY_CHARACTERS, TASK_DEFINITION_BYTES = 60, 20, 10240, 64 * 1024


def excesses(deployment: Deployment) -> Iterator[str]:
    """Yield one message for each value that AWS would reject."""
    for resource in deployment.configuration.resources.values():
        yield from _names(resource)
        yield from _text(resource)
    yield from _counts(deployment)
    yield from _policies(deployment)
    for task in fargate_tasks(deployment).values():
        size = len(str(task.definition.body["container_definitions"]).encode())
        if size > TASK_DEFINITION_BYTES:
            yield f"{task.name}: a task definition of {size} bytes"


def _names(resource: Resource) -> Iterator[str]:
    for key in (*NAME_ARGUMENTS, "final_snapshot_identifier"):
        value = resource.body.get(key)
        if not _literal(value) or (key == "family" and resource.type in TYPES_WITH_ENGINE_FAMILY):
            continue
        if (resource.type, key) not in LIMITS:
            yield f"{resource.type}.{key}: {__name__} has no limit for it"
            continue
        longest, pattern = LIMITS[resource.type, key]
        if len(value) > longest or not re.fullmatch(pattern, value):
            yield f"{resource.address}: {key} {value!r} ({len(value)} characters) is not within {longest} of {pattern}"


def _text(resource: Resource) -> Iterator[str]:
    value = resource.body.get("description")
    if resource.type in TEXTS and value is not None:
        longest, pattern = TEXTS[resource.type]
        if len(value) > longest or not re.fullmatch(pattern, value):
            yield f"{resource.address}: description {value!r}"


def _literal(value: Any) -> bool:
    return isinstance(value, str) and "${" not in value


def _counts(deployment: Deployment) -> Iterator[str]:
    for kind in ("ingress", "egress"):
        rules = deployment.of(f"aws_vpc_security_group_{kind}_rule")
        for group, count in Counter(rule.body["security_group_id"] for rule in rules).items():
            if count > GROUP_RULES:
                yield f"{group}: {count} {kind} rules"
    entries = Counter(
        (entry.body["network_acl_id"], entry.body["egress"]) for entry in deployment.of("aws_network_acl_rule")
    )
    yield from (f"{acl}: {count} entries in one direction" for (acl, _), count in entries.items() if count > ACL_RULES)


def _policies(deployment: Deployment) -> Iterator[str]:
    sizes: Counter[str] = Counter()
    for policy in deployment.of("aws_iam_role_policy"):
        sizes[policy.body["role"]] += len(re.sub(r"\s", "", policy.body["policy"]))
    yield from (
        f"{role}: {size} characters of policies" for role, size in sizes.items() if size > ROLE_POLICY_CHARACTERS
    )
