"""The HCL files of a module: each resource in the file of its purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modules.export import hcl
from modules.export.build import Module
from modules.export.inputs import NOT_GIVEN, Input

REQUIRED_TERRAFORM = ">= 1.11.0"
PROVIDER = {"source": "hashicorp/aws", "version": ">= 5.100.0, < 7.0.0"}
PURPOSES: Mapping[str, tuple[str, ...]] = {
    "vpc.tf": ("vpc", "subnet", "default_", "flow_log"),
    "routes.tf": ("route", "internet_gateway", "nat_gateway", "eip"),
    "endpoints.tf": ("vpc_endpoint",),
    "firewall.tf": ("security_group", "vpc_security_group", "network_acl", "wafv2"),
    "iam.tf": ("iam_",),
    "encryption.tf": ("kms_",),
    "secrets.tf": ("ssm_", "secretsmanager_"),
    "logs.tf": ("cloudwatch_log", "cloudwatch_query"),
    "monitoring.tf": ("cloudwatch_", "sns_"),
    "database.tf": ("db_", "rds_"),
    "broker.tf": ("elasticache_",),
    "storage.tf": ("s3_",),
    "images.tf": ("ecr_",),
    "load_balancer.tf": ("lb", "acm_"),
    "dns.tf": ("route53_", "service_discovery_"),
    "services.tf": ("ecs_",),
    "scaling.tf": ("appautoscaling_",),
    "schedules.tf": ("scheduler_", "cloudwatch_event"),
}


def files(module: Module) -> dict[str, str]:
    """The HCL files of the module by name."""
    written = {"versions.tf": _versions(), "variables.tf": _variables(module), "outputs.tf": _outputs(module)}
    written = {name: text for name, text in written.items() if text.strip()}
    bodies: dict[str, list[str]] = {}
    for section, kinds in module.sections.items():
        for kind, items in kinds.items():
            for name, body in items.items():
                lines = hcl.block(section, (kind, name), body)
                bodies.setdefault(_file(kind), []).append("\n".join(lines))
    written |= {name: "\n\n".join(blocks) + "\n" for name, blocks in bodies.items()}
    return dict(sorted(written.items()))


def _file(kind: str) -> str:
    """The file with the longest matching prefix of the resource type."""
    bare = kind.removeprefix("aws_")
    fits = [
        (len(prefix), name) for name, prefixes in PURPOSES.items() for prefix in prefixes if bare.startswith(prefix)
    ]
    return max(fits)[1] if fits else "main.tf"


def _versions() -> str:
    body = {"required_version": REQUIRED_TERRAFORM, "required_providers": {}}
    lines = hcl.block("terraform", (), body)
    provider = hcl.object_({name: hcl.value(text) for name, text in PROVIDER.items()}).split("\n")
    nested = ["  required_providers {", f"    aws = {provider[0]}", *(f"    {line}" for line in provider[1:]), "  }"]
    return "\n".join([*lines[:-2], *nested, "}"]) + "\n"


def _variables(module: Module) -> str:
    ordered = sorted(module.inputs, key=lambda item: (not item.required, item.name))
    return "\n\n".join(_variable(item) for item in ordered) + "\n"


def _variable(item: Input) -> str:
    values = {"description": hcl.value(item.description), "type": item.type}
    if item.default is not NOT_GIVEN:
        values["default"] = hcl.value(item.default)
    if item.sensitive:
        values["sensitive"] = "true"
    lines = hcl.attributes({**values, "nullable": hcl.value(item.default is None)})
    for rule in item.rules:
        checked = {"condition": rule.condition, "error_message": hcl.value(rule.message)}
        lines += ["", "validation {", *(f"  {line}" for line in hcl.attributes(checked)), "}"]
    return "\n".join([f'variable "{item.name}" {{', *(f"  {line}" if line else "" for line in lines), "}"])


def _outputs(module: Module) -> str:
    blocks = ["\n".join(hcl.block("output", (name,), _output(body))) for name, body in sorted(module.outputs.items())]
    return "\n\n".join(blocks) + "\n"


def _output(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": body["description"], "value": body["value"], "sensitive": body.get("sensitive")}
