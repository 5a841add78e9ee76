"""The rules of each item of ``egress``, ``policies`` and ``secrets``: conditions on ``item``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from environments.facts.quotas import MANAGED_POLICIES
from environments.facts.secrets import GIVEN_BY_PEOPLE, SPECIFICATIONS
from environments.fields import Section
from environments.rules.dag_access import FREE_VARIABLES, RESERVED_NAMES, RESERVED_VARIABLES
from environments.sections.compute import WorkerGroup
from modules.export.egress_rules import Scope, placement_rules
from modules.export.examples import NOT_GIVEN
from modules.export.group_access import TYPES, fields
from modules.export.inputs import Rule
from modules.export.model_schema import properties_of


@dataclass(frozen=True, slots=True)
class ItemRule:
    """A rule of each item of ``egress``, ``policies`` or ``secrets``.

    Attributes:
        items: ``values``, ``keys`` or, for a rule of all items together, empty; the condition then has ``ITEMS``.
        where: begins the message.
        rule: condition on ``item``; the rejected value is that of the attribute.
    """

    items: str
    where: str
    rule: Rule


def item_rules(name: str, scope: Scope) -> Iterator[ItemRule]:
    """The rules of ``egress``, ``policies`` or ``secrets``."""
    if name == "secrets":
        names, parameters = _secrets()
        yield ItemRule("keys", "each variable in secrets", names)
        yield ItemRule("keys", "each variable in secrets", _RESERVED)
        for rule in (parameters, *_PARAMETERS):
            yield ItemRule("values", "each parameter in secrets", rule)
        return
    valid = _VALID[name]
    between = (*_BETWEEN[name], *(placement_rules(scope) if name == "egress" else ()))
    for rule in (*_of_fields(TYPES[name]), *between):
        rejected = {"example": {**valid, **rule.rejected}}
        yield ItemRule("values", f"each item of {name}", replace(rule, rejected=rejected))
    yield ItemRule("keys", f"each name in {name}", replace(_NAME, rejected={"not valid": valid}))
    yield from (ItemRule("", name, rule) for rule in _TOGETHER[name])


ITEMS = "ITEMS"
DESTINATION = {"cidr": "192.0.2.0/24", "port": 5439, "reason": "data warehouse"}
_ACTIONS = {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::example/*"]}
_VALID: Mapping[str, Mapping[str, Any]] = {"egress": DESTINATION, "policies": _ACTIONS}
_MANAGED = {"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
_NAME = Rule(
    condition='can(regex("^[A-Za-z0-9_-]{1,100}$", item))',
    message="must be 1 to 100 letters, digits, _ and -.",
    rejected={},
)
# The rule secrets_are_free_to_read of environments.rules.dag_access; the names in OWNED begin with AIRFLOW_.
_FREE, _TAKEN = (json.dumps(f"^({'|'.join(names)})") for names in (FREE_VARIABLES, RESERVED_VARIABLES))
_RESERVED = Rule(
    condition=f"(can(regex({_FREE}, item)) || !can(regex({_TAKEN}, item))) "
    f"&& !contains({json.dumps(sorted(RESERVED_NAMES))}, item)",
    message="must not be reserved: connections are AIRFLOW_CONN_<ID>, variables AIRFLOW_VAR_<KEY>.",
    rejected={"LD_PRELOAD": "/example"},
)
_BETWEEN: Mapping[str, tuple[Rule, ...]] = {
    "egress": (
        Rule(
            condition="(item.cidr == null) != (item.security_group == null)",
            message="must have either cidr or security_group.",
            rejected={"cidr": None},
        ),
        Rule(
            condition="try(item.last_port >= item.port, item.last_port == null)",
            message="must not have a last_port below port.",
            rejected={"last_port": 80},
        ),
    ),
    "policies": (
        Rule(
            condition="(item.arn == null) == (length(item.actions) > 0)",
            message="must have either arn or actions.",
            rejected={"actions": []},
        ),
        Rule(
            condition="item.arn == null ? true : "
            'try(contains([var.account_id, "aws"], split(":", item.arn)[4]), false)',
            message="must have an arn of account_id or of AWS.",
            rejected={"arn": "arn:aws:iam::222222222222:policy/example", "actions": [], "resources": []},
            others=("account_id",),
        ),
        Rule(
            condition="(length(item.actions) > 0) == (length(item.resources) > 0)",
            message="must have resources for its actions.",
            rejected={"resources": []},
        ),
        Rule(
            condition=r'!anytrue([for action in item.actions : can(regex("^([*]|[^:]*:[*]+|[*]:.*)$", action))])',
            message="must not allow every action of a service.",
            rejected={"actions": ["s3:*"]},
        ),
    ),
}


_MANAGED_ARNS = f"compact([for item in values({ITEMS}) : item.arn])"
# AWS rejects a second rule of a security group for the same destination and ports.
_PORTS = (
    f"[for item in values({ITEMS}) : "
    "[coalesce(item.security_group, item.cidr, 0), item.port, coalesce(item.last_port, item.port)]]"
)


def _most(name: str, valid: Mapping[str, Any]) -> Rule:
    """The length of the list in the model."""
    limit = properties_of(WorkerGroup)[name]["maxItems"]
    return Rule(
        condition=f"length({ITEMS}) <= {limit}",
        message=f"must have at most {limit} items.",
        rejected={f"item-{number}": valid for number in range(limit + 1)},
    )


# Rules of all items of a service together.
_TOGETHER: Mapping[str, tuple[Rule, ...]] = {
    "egress": (
        Rule(
            condition=f"length(distinct({_PORTS})) == length({ITEMS})",
            message="must list each destination with its ports once.",
            rejected={"one": DESTINATION, "two": DESTINATION},
        ),
        _most("egress", DESTINATION),
    ),
    "policies": (
        Rule(
            condition=f"length(distinct({_MANAGED_ARNS})) == length({_MANAGED_ARNS})",
            message="must list each managed policy once.",
            rejected={"one": _MANAGED, "two": _MANAGED},
        ),
        Rule(
            condition=f"length({_MANAGED_ARNS}) <= {MANAGED_POLICIES.limit}",
            message=f"must have at most {MANAGED_POLICIES.limit} managed policies: the quota of a role.",
            rejected={
                f"item-{number}": {"arn": f"arn:aws:iam::aws:policy/example-{number}"}
                for number in range(MANAGED_POLICIES.limit + 1)
            },
        ),
        _most("policies", _ACTIONS),
    ),
}
_PATH = 'replace(item, "/^arn:.*:parameter/", "")'
_OWN_PATH = "/${var.name_prefix}/${var.name}/"
# The rule secrets_are_free_to_read of environments.rules.dag_access, for parameters.
_PARAMETERS = (
    Rule(
        condition='!startswith(item, "arn:") || strcontains(item, ":ssm:${var.region}:${var.account_id}:parameter/")',
        message="must be in region and account_id.",
        rejected={"EXAMPLE": "arn:aws:ssm:xx-north-1:222222222222:parameter/data/example"},
        others=("region", "account_id"),
    ),
    Rule(
        condition=f'!startswith({_PATH}, "/${{var.name_prefix}}/") || startswith({_PATH}, "{_OWN_PATH}")',
        message="must not belong to another environment.",
        rejected={"EXAMPLE": "/airflow/another/example"},
        others=("name_prefix", "name"),
    ),
    Rule(
        condition=f"!contains({json.dumps(sorted({*SPECIFICATIONS, *GIVEN_BY_PEOPLE}))}, "
        f'trimprefix({_PATH}, "{_OWN_PATH}"))',
        message="must not be a secret of Airflow itself.",
        rejected={"EXAMPLE": "/airflow/example/fernet-key"},
        others=("name_prefix", "name"),
    ),
)


def _secrets() -> Iterator[Rule]:
    """The rule of the names of variables, then that of the parameters."""
    node = properties_of(WorkerGroup)["secrets"]
    ((names, value),) = node["patternProperties"].items()
    for pattern, words, rejected in (
        (names, node["propertyNames"]["label"], {"not valid": "/example"}),
        (value["pattern"], value["label"], {"EXAMPLE": "not a path"}),
    ):
        yield Rule(condition=f"can(regex({json.dumps(pattern)}, item))", message=f"must be {words}.", rejected=rejected)


def _of_fields(section: type[Section]) -> Iterator[Rule]:
    for field in fields(section):
        optional = field.default is NOT_GIVEN and not section.model_fields[field.name].is_required()
        for rule in field.rules:
            condition = re.sub(r"\bitem\b", "text", rule.condition).replace(f"var.{field.name}", f"item.{field.name}")
            yield Rule(
                condition=f"item.{field.name} == null ? true : {condition}" if optional else condition,
                message=f"must have a valid {field.name}: {rule.message}",
                rejected={field.name: rule.rejected},
            )
