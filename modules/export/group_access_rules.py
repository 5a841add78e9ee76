"""The rules of egress, policies and secrets of a worker group, as rules of the variable ``worker_groups``."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from environments.fields import Section
from environments.rules.dag_access import FREE_VARIABLES, RESERVED_NAMES, RESERVED_VARIABLES
from environments.sections.compute import WorkerGroup
from environments.sections.dag_access import Egress, Policy
from modules.export.examples import NOT_GIVEN
from modules.export.group_access import fields
from modules.export.inputs import Rule
from modules.export.model_schema import properties_of


def access_rules(variable: str, smallest: Mapping[str, Any], used: Collection[str]) -> Iterator[Rule]:
    """The rules of the attributes that ``used`` contains, for every item of every group."""
    for name, section, valid in (("egress", Egress, _DESTINATION), ("policies", Policy, _ACTIONS)):
        if name in used:
            for rule in (*_of_fields(section), *_BETWEEN[name]):
                rejected = {**smallest, name: {"example": {**valid, **rule.rejected}}}
                yield _of_each(variable, rule, f"values(group.{name})", f"each item of {name}", rejected)
            rejected = {**smallest, name: {"not valid": valid}}
            yield _of_each(variable, _NAME, f"keys(group.{name})", f"each name in {name}", rejected)
    if "egress" in used:
        yield _once(variable, smallest)
        yield _same(variable, smallest)
    if "secrets" in used:
        names, parameters = _secrets()
        for items, words, rule in (
            ("keys", "variable", names),
            ("values", "parameter", parameters),
            ("keys", "variable", _RESERVED),
        ):
            rejected = {**smallest, "secrets": rule.rejected}
            yield _of_each(variable, rule, f"{items}(group.secrets)", f"each {words} in secrets", rejected)


_DESTINATION = {"cidr": "192.0.2.0/24", "port": 5439, "reason": "data warehouse"}
_ACTIONS = {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::example/*"]}
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


def _of_each(variable: str, rule: Rule, items: str, where: str, rejected: Mapping[str, Any]) -> Rule:
    every = f"[for item in {items} : {rule.condition}]"
    return Rule(
        condition=f"alltrue(flatten([for group in values(var.{variable}) : {every}]))",
        message=f"In {variable}, {where} {rule.message}",
        rejected={"example": rejected},
    )


def _once(variable: str, smallest: Mapping[str, Any]) -> Rule:
    """AWS refuses a second rule of a security group for the same destination and ports."""
    ports = "coalesce(item.security_group, item.cidr, 0), item.port, coalesce(item.last_port, item.port)"
    every = f"[for item in values(group.egress) : [{ports}]]"
    return Rule(
        condition=f"alltrue([for group in values(var.{variable}) : length(distinct({every})) == length(group.egress)])",
        message=f"In {variable}, each destination with its ports must be listed once in egress of a group.",
        rejected={"example": {**smallest, "egress": {"one": _DESTINATION, "two": _DESTINATION}}},
    )


def _same(variable: str, smallest: Mapping[str, Any]) -> Rule:
    """The network ACLs have one set of entries for a destination of several groups."""
    known = f"merge([for other in values(var.{variable}) : other.egress]...)"
    every = f"[for name, egress in group.egress : egress == {known}[name]]"
    groups = {
        name: {
            **smallest,
            **({"queues": [name]} if smallest and name != "one" else {}),
            "egress": {"same": {**_DESTINATION, "port": port}},
        }
        for name, port in (("one", 5439), ("two", 5440))
    }
    return Rule(
        condition=f"alltrue(flatten([for group in values(var.{variable}) : {every}]))",
        message=f"In {variable}, destinations of the same name in egress must be equal.",
        rejected=groups,
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
