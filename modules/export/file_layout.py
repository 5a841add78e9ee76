"""The HCL files of a module: each resource in the file of its purpose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modules.export import hcl
from modules.export.build import Module
from modules.export.module_inputs import CLIENT_CIDRS
from modules.export.rewriting import DEFERRAL
from modules.export.variables import variable_files

SMALL_MODULE = 150
LONGEST_FILE = 400
DEFERRAL_COMMENT = (
    "An empty text that is unknown until the first apply. Terraform does not open an ephemeral",
    "resource with an unknown argument, so that a first plan makes no call to AWS.",
)
LOCAL_COMMENTS: Mapping[str, tuple[str, ...]] = {
    DEFERRAL: DEFERRAL_COMMENT,
    CLIENT_CIDRS: ("CIDR blocks that may connect to the load balancer: by default, the block of the VPC.",),
    "worker_slots": ("Airflow tasks that all workers run at once at the largest scale.",),
    "worker_group_egress": ("Destinations of the DAGs of all worker groups, by group and name.",),
    "worker_group_policies": ("IAM permissions of the DAGs of all worker groups, by group and name.",),
    "worker_group_secrets": ("Secrets of the DAGs of all worker groups, by group and environment variable.",),
    "worker_egress": ("Destinations of the DAGs of all worker groups, by name.",),
    "network_acl_numbers": ("Numbers of the entries of each network ACL and direction.",),
    "max_connections": ("Connections that PostgreSQL accepts at least on each instance class.",),
}
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
    """The HCL files of the module by name.

    A small module has all resources in ``main.tf``. A larger one has them in files by purpose, which ``main.tf`` lists.
    """
    written = {"versions.tf": _versions(), "outputs.tf": _outputs(module), **variable_files(module.inputs)}
    blocks = _blocks(module)
    if sum(block.lines for block in blocks) <= SMALL_MODULE:
        written["main.tf"] = "\n\n".join([*_locals(module), *(block.text for block in blocks)]) + "\n"
    else:
        by_file = _by_file(blocks)
        own = by_file.pop("main.tf", [])
        written |= {name: "\n\n".join(texts) + "\n" for name, texts in by_file.items()}
        written["main.tf"] = "\n\n".join([_index(by_file), *_locals(module), *own]) + "\n"
    return {name: text for name, text in sorted(written.items()) if text.strip()}


@dataclass(frozen=True, slots=True)
class _Block:
    file: str
    owner: str
    text: str

    @property
    def lines(self) -> int:
        return self.text.count("\n") + 2


def _blocks(module: Module) -> list[_Block]:
    return [
        _Block(
            file=_file(kind),
            owner=module.owners.get(f"{kind}.{name}", ""),
            text="\n".join(hcl.block(section, (kind, name), body)),
        )
        for section, kinds in module.sections.items()
        if section != "locals"
        for kind, items in kinds.items()
        for name, body in items.items()
    ]


def _by_file(blocks: Sequence[_Block]) -> dict[str, list[str]]:
    """Texts by file; a file that would be too long is divided by the constructs that own the resources."""
    found: dict[str, list[str]] = {}
    for file in sorted({block.file for block in blocks}):
        of_file = [block for block in blocks if block.file == file]
        divide = sum(block.lines for block in of_file) > LONGEST_FILE
        for block in of_file:
            name = f"{file.removesuffix('.tf')}_{block.owner}.tf" if divide and block.owner else file
            found.setdefault(name, []).append(block.text)
    return found


def _index(names: Iterable[str]) -> str:
    return "\n".join(["# The resources of this module are in these files:", *(f"#   {name}" for name in sorted(names))])


def _locals(module: Module) -> list[str]:
    return [_local(name, value) for name, value in module.sections.get("locals", {}).items()]


def _local(name: str, value: Any) -> str:
    lines = [*(f"# {line}" for line in LOCAL_COMMENTS.get(name, ())), *hcl.attributes({name: hcl.value(value)})]
    return "\n".join(["locals {", *(f"  {line}" for line in lines), "}"])


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


def _outputs(module: Module) -> str:
    blocks = ["\n".join(hcl.block("output", (name,), _output(body))) for name, body in sorted(module.outputs.items())]
    return "\n\n".join(blocks) + "\n"


def _output(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": body["description"], "value": body["value"], "sensitive": body.get("sensitive")}
