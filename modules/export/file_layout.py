"""The HCL files of a module: each resource in the file of its purpose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from modules.export import hcl
from modules.export.build import Module
from modules.export.field_inputs import CLIENT_CIDRS
from modules.export.provider_data import PARTITION
from modules.export.rewriting import DEFERRAL
from modules.export.summaries import NO_GROUP, Group
from modules.export.variables import variable_files

SMALL_MODULE = 150
LONGEST_FILE = 400
WIDTH = 100
DEFERRAL_COMMENT = (
    "An empty text that is unknown until the first apply. Terraform does not open an ephemeral",
    "resource with an unknown argument, so that a first plan needs no permission in AWS.",
)
LOCAL_COMMENTS: Mapping[str, tuple[str, ...]] = {
    PARTITION: ("Partition of AWS in every ARN: aws, or aws-us-gov in AWS GovCloud.",),
    DEFERRAL: DEFERRAL_COMMENT,
    CLIENT_CIDRS: ("CIDR blocks that may connect to the load balancer: by default, the block of the VPC.",),
    "known_hosts": ("Host keys of the git server, as the text of a known_hosts file.",),
    "worker_connections": ("Database connections of all workers at the largest scale.",),
    "most_workers": ("Number of workers at the largest scale.",),
    "database_connections": ("Database connections of all Airflow processes at the largest scale.",),
    "fargate_tasks": ("Fargate tasks at the largest scale; a deployment runs those of a service twice.",),
    "worker_slots": ("Airflow tasks that all workers run at once at the largest scale.",),
    "worker_group_egress": ("Destinations of the DAGs of all worker groups, by group and name.",),
    "worker_group_policies": ("IAM permissions of the DAGs of all worker groups, by group and name.",),
    "worker_group_secrets": ("Secrets of the DAGs of all worker groups, by group and environment variable.",),
    "destinations": ("Destinations of the DAGs of all services, by name.",),
    "network_acl_numbers": ("Numbers of the entries of each network ACL and direction.",),
    "max_connections": ("Connections that PostgreSQL accepts at least on each instance class.",),
}
REQUIRED_TERRAFORM = ">= 1.11.0"
PROVIDER = {"source": "hashicorp/aws", "version": ">= 5.100.0, < 7.0.0"}
PURPOSES: Mapping[str, tuple[str, ...]] = {
    "vpc.tf": ("vpc", "subnet", "default_", "flow_log"),
    "routes.tf": ("route", "internet_gateway", "nat_gateway", "eip"),
    "endpoints.tf": ("vpc_endpoint",),
    "firewall.tf": ("security_group", "vpc_security_group", "wafv2"),
    "network_acls.tf": ("network_acl",),
    "network_acl_rules.tf": ("network_acl_rule",),
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
        written["main.tf"] = "\n\n".join([*_data(module), *_locals(module), *_commented(blocks)]) + "\n"
    else:
        by_file = {**_by_file(blocks), "locals.tf": _locals(module)}
        own = by_file.pop("main.tf", [])
        written |= {name: "\n\n".join(texts) + "\n" for name, texts in by_file.items() if texts}
        written["main.tf"] = "\n\n".join([_index(by_file), *_data(module), *own]) + "\n"
    return {name: text for name, text in sorted(written.items()) if text.strip()}


@dataclass(frozen=True, slots=True)
class _Block:
    file: str
    owner: str
    group: Group
    text: str

    @property
    def lines(self) -> int:
        return self.text.count("\n") + 2


def _blocks(module: Module) -> list[_Block]:
    return [
        _Block(
            file=_file(kind),
            owner=module.owners.get(f"{kind}.{name}", ""),
            group=module.groups.get(f"{kind}.{name}", NO_GROUP),
            text="\n".join(hcl.block(section, (kind, name), body)),
        )
        for section, kinds in module.sections.items()
        if section not in {"data", "locals"}
        for kind, items in kinds.items()
        for name, body in items.items()
    ]


def _by_file(blocks: Sequence[_Block]) -> dict[str, list[str]]:
    """Texts by file; a file that would be too long is divided by the constructs that own the resources."""
    found: dict[str, list[_Block]] = {}
    for file in sorted({block.file for block in blocks}):
        of_file = [block for block in blocks if block.file == file]
        divide = sum(block.lines for block in of_file) > LONGEST_FILE
        for block in of_file:
            name = f"{file.removesuffix('.tf')}_{block.owner}.tf" if divide and block.owner else file
            found.setdefault(name, []).append(block)
    return {name: _commented(of_file) for name, of_file in found.items()}


def _commented(blocks: Sequence[_Block]) -> list[str]:
    """The texts of ``blocks``: those of a construct together, after a comment that says what the construct is."""
    found: dict[Group, list[str]] = {}
    for block in blocks:
        found.setdefault(block.group, []).append(block.text)
    for group, texts in found.items():
        if group.comment:
            comment = wrap(group.comment, WIDTH, initial_indent="# ", subsequent_indent="# ")
            texts[0] = "\n".join([*comment, texts[0]])
    return [text for texts in found.values() for text in texts]


def _index(names: Iterable[str]) -> str:
    return "\n".join(["# The resources of this module are in these files:", *(f"#   {name}" for name in sorted(names))])


def _data(module: Module) -> list[str]:
    """What the module reads from the provider."""
    return [
        "\n".join(hcl.block("data", (kind, name), body))
        for kind, items in module.sections.get("data", {}).items()
        for name, body in items.items()
    ]


def _locals(module: Module) -> list[str]:
    """One block with all local values."""
    lines = [line for name, value in module.sections.get("locals", {}).items() for line in ("", *_local(name, value))]
    return ["\n".join(["locals {", *(f"  {line}" if line else "" for line in lines[1:]), "}"])] if lines else []


def _local(name: str, value: Any) -> list[str]:
    written = "\n".join(hcl.attributes({name: hcl.value(value)}))
    return [*(f"# {line}" for line in LOCAL_COMMENTS.get(name, ())), *written.split("\n")]


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
