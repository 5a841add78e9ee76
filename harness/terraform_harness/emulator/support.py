"""What the emulator cannot play: resource types by name, each with the action that is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """The moto package and the action in it that the provider needs; no package: the whole service is missing."""

    package: str
    action: str

    def __str__(self) -> str:
        return f"the emulator has no {self.package} {self.action}"


# Measured on 2026-11-23 with AWS provider 5.100.0 against moto 5.2.5. Everything that the project's own stacks use is
# emulated; these are what stacks of the same kind use elsewhere.
UNSUPPORTED: Mapping[str, Missing] = {
    "aws_accessanalyzer_analyzer": Missing(package="accessanalyzer", action="create_analyzer"),
    "aws_cloudwatch_composite_alarm": Missing(package="cloudwatch", action="put_composite_alarm"),
    "aws_cloudwatch_log_anomaly_detector": Missing(package="logs", action="create_log_anomaly_detector"),
    "aws_cloudwatch_log_data_protection_policy": Missing(package="logs", action="put_data_protection_policy"),
    "aws_ecs_account_setting_default": Missing(package="ecs", action="put_account_setting_default"),
    "aws_elasticache_serverless_cache": Missing(package="elasticache", action="create_serverless_cache"),
    "aws_elasticache_user_group": Missing(package="elasticache", action="create_user_group"),
}


def unsupported(configuration: Mapping[str, Any]) -> dict[str, str]:
    """Address and reason of each resource in ``configuration`` that the emulator cannot play."""
    resources = configuration.get("resource", {})
    kinds = [kind for kind in resources if kind in UNSUPPORTED]
    return {f"{kind}.{name}": str(UNSUPPORTED[kind]) for kind in kinds for name in resources[kind]}
