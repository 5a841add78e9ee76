"""Validation rules between two variables of a module: the rules of ``environments/rules`` in Terraform.

A condition of a ``validation`` block may refer to other variables since Terraform 1.9.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from environments.facts.airflow_memory import SLOT_MIB, WORKER_MIB
from environments.facts.fargate_sizes import MEMORY_MIB
from modules.export.inputs import Input, Rule


@dataclass(frozen=True, slots=True)
class CrossRule:
    """A rule of the variable ``target``, whose condition refers to ``others``.

    Names are the keys of the environment's model. The variables of a module have them as the end of their name, after
    a common prefix: ``components_api_server_count`` and ``components_api_server_max_count``.

    Args:
        condition: HCL, with ``{target}`` and the other keys in braces.
        message: continues the name of the target.
        rejected: a value of the target that the condition rejects, given the defaults and examples of the others.
    """

    target: str
    others: tuple[str, ...]
    condition: str
    message: str
    rejected: Any


def _sizes() -> str:
    """The sizes that Fargate offers, as HCL for ``str.format``: MiB of memory for each number of CPU units."""
    ranges = {
        cpu: f"range({sizes[0]}, {sizes[-1] + 1}, {sizes[1] - sizes[0]})" if cpu > min(MEMORY_MIB) else list(sizes)
        for cpu, sizes in MEMORY_MIB.items()
    }
    return f"{{{{ {', '.join(f'{json.dumps(str(cpu))} = {sizes}' for cpu, sizes in ranges.items())} }}}}"


SIZES = _sizes()
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
        f"needs {WORKER_MIB} MiB and {SLOT_MIB} MiB for each slot of {{memory_mib}}.",
        64,
    ),
    CrossRule(
        "task_queued_timeout_seconds",
        ("task_heartbeat_timeout_seconds", "visibility_timeout_seconds"),
        "{target} > {task_heartbeat_timeout_seconds} && {target} < {visibility_timeout_seconds}",
        "must be between {task_heartbeat_timeout_seconds} and {visibility_timeout_seconds}.",
        60,
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


def with_cross_rules(inputs: Sequence[Input]) -> tuple[Input, ...]:
    """``inputs`` with the rules whose variables are all among them."""
    names = {item.name for item in inputs}
    return tuple(replace(item, rules=(*item.rules, *_rules(item, names))) for item in inputs)


def _rules(item: Input, names: Iterable[str]) -> Iterator[Rule]:
    fits = [rule for rule in RULES if item.name == rule.target or item.name.endswith(f"_{rule.target}")]
    longest = max((len(rule.target) for rule in fits), default=0)  # min_count is not a count
    for rule in fits:
        if len(rule.target) < longest:
            continue
        prefix = item.name.removesuffix(rule.target)
        others = {other: next((n for n in (prefix + other, other) if n in names), None) for other in rule.others}
        if None in others.values() or item.name in others.values():
            continue
        rejected = rule.rejected[: len(item.example)] if isinstance(rule.rejected, list) else rule.rejected
        variables = {key: f"var.{name}" for key, name in others.items()}
        yield Rule(
            condition=rule.condition.format(target=f"var.{item.name}", **variables),
            message=f"{item.name} {rule.message.format(**others)}",
            rejected=rejected,
            others=tuple(str(name) for name in others.values()),
        )
