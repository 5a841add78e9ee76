"""Every known gap of moto 5.2.5 under the AWS provider 5.100.0; importing this package registers them all."""

from terraform_harness.emulator.patches import (
    acm,
    autoscaling,
    budgets,
    deletion,
    ec2,
    ecs,
    ecs_tasks,
    elasticache,
    logs,
    rds,
    route53,
    s3,
    unsupported,
)
from terraform_harness.emulator.patches.patch import GAPS, Gap, close_all

__all__ = [
    "GAPS",
    "Gap",
    "acm",
    "autoscaling",
    "budgets",
    "close_all",
    "deletion",
    "ec2",
    "ecs",
    "ecs_tasks",
    "elasticache",
    "logs",
    "rds",
    "route53",
    "s3",
    "unsupported",
]
