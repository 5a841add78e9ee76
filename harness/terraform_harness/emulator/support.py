"""Resource types that the emulator does not support, each with the AWS action that moto lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An action that the AWS provider needs and moto lacks.

    Attributes:
        package: The package of moto; it may be missing as a whole.
        action: The action, in the spelling of boto3.
    """

    package: str
    action: str

    def __str__(self) -> str:
        return f"the emulator has no {self.package} {self.action}"


# Measured on 2026-11-23 with AWS provider 5.100.0 and moto 5.2.5.
UNSUPPORTED: Mapping[str, Missing] = {
    "aws_accessanalyzer_analyzer": Missing(package="accessanalyzer", action="create_analyzer"),
    "aws_cloudwatch_composite_alarm": Missing(package="cloudwatch", action="put_composite_alarm"),
    "aws_cloudwatch_log_anomaly_detector": Missing(package="logs", action="create_log_anomaly_detector"),
    "aws_cloudwatch_log_data_protection_policy": Missing(package="logs", action="put_data_protection_policy"),
    "aws_ecs_account_setting_default": Missing(package="ecs", action="put_account_setting_default"),
    "aws_elasticache_serverless_cache": Missing(package="elasticache", action="create_serverless_cache"),
}


def unsupported(configuration: Mapping[str, Any]) -> dict[str, str]:
    """Return the address of each unsupported resource in ``configuration``, with the reason."""
    resources = configuration.get("resource", {})
    types = [type_ for type_ in resources if type_ in UNSUPPORTED]
    return {f"{type_}.{name}": str(UNSUPPORTED[type_]) for type_ in types for name in resources[type_]}
