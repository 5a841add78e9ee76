"""Patches of moto 5.2.5 for the AWS provider 5.100.0; importing this package registers them."""

from terraform_harness.extras import imports_of_extra

with imports_of_extra("emulator"):
    from terraform_harness.emulator.patches import (
        acm,
        autoscaling,
        budgets,
        deletion,
        ec2,
        ecs,
        ecs_tasks,
        elasticache,
        elasticache_users,
        elbv2,
        exec_sessions,
        iam,
        logs,
        rds,
        rds_backups,
        route53,
        s3,
        unsupported,
    )
    from terraform_harness.emulator.patches.patch import PATCHES, Patch, apply_all

__all__ = [
    "PATCHES",
    "Patch",
    "acm",
    "apply_all",
    "autoscaling",
    "budgets",
    "deletion",
    "ec2",
    "ecs",
    "ecs_tasks",
    "elasticache",
    "elasticache_users",
    "elbv2",
    "exec_sessions",
    "iam",
    "logs",
    "rds",
    "rds_backups",
    "route53",
    "s3",
    "unsupported",
]
