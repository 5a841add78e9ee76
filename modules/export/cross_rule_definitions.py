"""The validation rules between two variables of a module: those of ``environments/rules`` in Terraform."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from environments.facts.airflow_memory import SLOT_MIB, WORKER_MIB
from environments.facts.fargate_sizes import MEMORY_MIB
from environments.facts.instance_classes import MEMORY_GIB
from environments.rules.names import LIMIT, RESERVED_PREFIXES


@dataclass(frozen=True, slots=True)
class CrossRule:
    """A rule of the variable ``target``, whose condition refers to ``others``.

    Names are the keys of the environment's model. The variables of a module have them as the end of their name, after
    a common prefix: ``components_api_server_count`` and ``components_api_server_max_count``.

    Args:
        condition: HCL, with ``{target}`` and the other keys in braces.
        message: continues the name of the target.
        rejected: a value of the target that the condition rejects, given the defaults and examples of the others.
        given: values of other variables with which the condition rejects it, instead of the defaults.
    """

    target: str
    others: tuple[str, ...]
    condition: str
    message: str
    rejected: Any
    given: Mapping[str, Any] = field(default_factory=dict)


def _sizes() -> str:
    """The sizes that Fargate offers, as HCL for ``str.format``: MiB of memory for each number of CPU units."""
    ranges = {
        cpu: f"range({sizes[0]}, {sizes[-1] + 1}, {sizes[1] - sizes[0]})" if cpu > min(MEMORY_MIB) else list(sizes)
        for cpu, sizes in MEMORY_MIB.items()
    }
    return f"{{{{ {', '.join(f'{json.dumps(str(cpu))} = {sizes}' for cpu, sizes in ranges.items())} }}}}"


SIZES = _sizes()
FAMILIES = sorted({name.split(".")[1] for name in MEMORY_GIB})


def _classes() -> str:
    """The instance classes of RDS for PostgreSQL, as a pattern: the families of each set of sizes."""
    sizes: dict[str, list[str]] = {}
    for family in FAMILIES:
        of_family = "|".join(name.split(".")[2] for name in MEMORY_GIB if name.split(".")[1] == family)
        sizes.setdefault(of_family, []).append(family)
    return "^db[.](" + "|".join(f"({'|'.join(families)})[.]({of})" for of, families in sizes.items()) + ")$"


_CLASSES = _classes()
DISTINCT = "length(distinct({target})) == length({target})"
RULES = (
    CrossRule(
        "max_storage_gib",
        ("storage_gib",),
        "{target} >= ceil({storage_gib} * 1.1)",
        "must be at least a tenth above {storage_gib}: RDS requires it.",
        22,
    ),
    CrossRule(
        "memory_mib",
        ("cpu",),
        f"try(contains({SIZES}[tostring({{cpu}})], {{target}}), false)",
        "must be a size that Fargate offers for {cpu}.",
        513,
    ),
    CrossRule("min_count", ("max_count",), "{target} <= {max_count}", "must not exceed {max_count}.", 500),
    CrossRule("count", ("max_count",), "{target} <= {max_count}", "must not exceed {max_count}.", 20),
    CrossRule("on_demand_base", ("max_count",), "{target} <= {max_count}", "must not exceed {max_count}.", 500),
    CrossRule(
        "concurrency",
        ("memory_mib",),
        f"{WORKER_MIB} + {SLOT_MIB} * {{target}} <= {{memory_mib}}",
        f"must fit into {{memory_mib}}: {WORKER_MIB} MiB, and {SLOT_MIB} MiB for each slot.",
        64,
    ),
    CrossRule(
        "task_queued_timeout_seconds",
        ("visibility_timeout_seconds",),
        "{target} < {visibility_timeout_seconds}",
        "must be less than {visibility_timeout_seconds}: the broker would deliver the message of a queued Airflow task "
        "again.",
        86400,
    ),
    CrossRule(
        "instance_class",
        (),
        f"can(regex({json.dumps(_CLASSES)}, {{target}}))",
        f"must be a class of {', '.join(FAMILIES)} with a size that RDS offers.",
        "db.x1.large",
    ),
    CrossRule("zones", (), DISTINCT, "must list each zone once.", ["eu-west-1a"] * 3),
    CrossRule(
        "allowed_cidrs",
        (),
        DISTINCT,
        "must list each CIDR block once.",
        ["192.0.2.0/24", "192.0.2.0/24"],
    ),
    CrossRule(
        "name_prefix",
        ("name",),
        '!can(regex("^(aws|ssm)", {target})) && !can(regex('
        + json.dumps(f"^({'|'.join(RESERVED_PREFIXES)})")
        + ', "${{{target}}}-${{{name}}}"))',
        "must not begin with aws, ssm or another name that AWS reserves.",
        "sg",
    ),
    CrossRule(
        "name_prefix",
        (),
        '!strcontains({target}, "--") && !endswith({target}, "-")',
        "must not end in a hyphen or have two in a row: RDS rejects both.",
        "a--b",
    ),
    CrossRule(
        "name_prefix",
        ("name",),
        f'length("${{{{{{target}}}}}}-${{{{{{name}}}}}}") <= {LIMIT}',
        f"and {{name}} must have at most {LIMIT - 1} characters together: the limit of a load balancer's name.",
        "p" * 16,
        given={"name": "n" * 16},
    ),
    CrossRule(
        "name",
        (),
        '!strcontains({target}, "--") && !endswith({target}, "-")',
        "must not end in a hyphen or have two in a row: RDS rejects both.",
        "a--b",
    ),
    CrossRule(
        "permissions_boundary",
        ("account_id",),
        '{target} == null ? true : try(contains([{account_id}, "aws"], split(":", {target})[4]), false)',
        "must belong to {account_id} or to AWS.",
        "arn:aws:iam::222222222222:policy/example",
    ),
    CrossRule(
        "certificate_arn",
        ("region", "account_id"),
        'strcontains({target}, ":acm:${{{region}}}:${{{account_id}}}:")',
        "must be a certificate of {region} and {account_id}.",
        "arn:aws:acm:xx-north-1:222222222222:certificate/00000000-0000-4000-8000-000000000000",
    ),
    CrossRule(
        "scheme",
        ("allowed_cidrs",),
        '{target} == "internal" || length({allowed_cidrs}) > 0',
        "must be internal while {allowed_cidrs} is empty.",
        "internet-facing",
    ),
    CrossRule(
        "zones",
        ("region",),
        "alltrue([for zone in {target} : startswith(zone, {region})])",
        "must be zones of {region}.",
        ["xx-north-1a", "xx-north-1b", "xx-north-1c"],
    ),
    *(
        CrossRule(
            key,
            ("region", "account_id"),
            'strcontains({target}, ":${{{region}}}:${{{account_id}}}:")',
            "must belong to {region} and {account_id}.",
            "arn:aws:kms:xx-north-1:222222222222:key/00000000-0000-0000-0000-000000000000",
        )
        for key in ("key_arn", "data_key_arn", "secrets_key_arn")
    ),
)
