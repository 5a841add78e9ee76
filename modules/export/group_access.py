"""What the DAGs of a worker group need of their own, as attributes of ``worker_groups``: egress, policies, secrets.

The marked group has one item of each kind, whose values are markers. Its resources are repeated for each item of each
group, by a local value of the module. The caller names the items: their values, such as the id of a security group,
may be unknown until the apply.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from environments.fields import Section
from environments.sections.compute import WorkerGroup
from environments.sections.dag_access import Egress, Policy
from modules.core.dag_access import Permission
from modules.export import hcl
from modules.export.examples import NOT_GIVEN
from modules.export.inputs import Input, Rule, from_model, list_from_model
from modules.export.model_schema import Node

ACCESS = ("egress", "policies", "secrets")
CIDR, SECURITY_GROUP, REASON = "EACHCIDR", "EACHSECURITYGROUP", "EACHREASON"
POLICY_ARN, ACTION, RESOURCE, CONDITION = "EACHPOLICYARN", "EACHACTION", "EACHRESOURCE", "EACHCONDITION"
SECRET, PARAMETER = "EACHSECRET", "EACHPARAMETER"  # markers, not secrets
# Ports of the marked destinations, which no other resource uses: of a CIDR block, and of a security group.
CIDR_PORTS, GROUP_PORTS = (971, 972), (973, 974)
CONDITIONS = {CONDITION: {CONDITION: (CONDITION,)}}
STATEMENT = Permission((ACTION,), (RESOURCE,), CONDITIONS).name


def access() -> dict[str, Any]:
    """The fields of the marked group."""
    block, group = {"cidr": f"${{{CIDR}}}"}, {"security_group": SECURITY_GROUP}
    return {
        "egress": tuple(
            Egress.model_construct(port=first, last_port=last, reason=REASON, **{"cidr": None, **destination})
            for destination, (first, last) in ((block, CIDR_PORTS), (group, GROUP_PORTS))
        ),
        "policies": (
            Policy.model_construct(arn=POLICY_ARN),
            Policy.model_construct(arn=None, actions=(ACTION,), resources=(RESOURCE,), conditions=CONDITIONS),
        ),
        "secrets": {SECRET: f"/{PARAMETER}"},
    }


# Local values of the module, with an item for each item of each group.
LOCALS: Mapping[str, str] = {
    "worker_group_egress": """${merge([for name, group in var.worker_groups : {
  for key, egress in group.egress : "${name}/${key}" => merge(egress, { group = name })
}]...)}""",
    "worker_group_policies": """${merge([for name, group in var.worker_groups : {
  for key, policy in group.policies : "${name}/${key}" => merge(policy, { group = name, name = key })
}]...)}""",
    "worker_group_secrets": """${merge([for name, group in var.worker_groups : {
  for variable, parameter in group.secrets : "${name}/${variable}" => {
    group    = name
    variable = variable
    path     = replace(parameter, "/^arn:.*:parameter/", "")
  }
}]...)}""",
    "worker_egress": "${merge([for group in values(var.worker_groups) : group.egress]...)}",
}


def given(group: WorkerGroup) -> dict[str, Any]:
    """The items of ``group`` by the names that the model derives from their values."""
    found = {
        name: {item.name: item.model_dump(mode="json", exclude_defaults=True) for item in getattr(group, name)}
        for name in ("egress", "policies")
    }
    return {name: items for name, items in {**found, "secrets": dict(group.secrets)}.items() if items}


def attributes() -> tuple[Input, ...]:
    """The attributes of a worker group."""
    properties = WorkerGroup.model_json_schema()["properties"]
    types = {"egress": _map_of(Egress), "policies": _map_of(Policy), "secrets": "map(string)"}
    more = {"egress": " By a name of your choice.", "policies": " By a name of your choice."}
    return tuple(
        Input(
            name=name,
            type=types[name],
            description=f"{properties[name]['description']}{more.get(name, '')}",
            default={},
        )
        for name in ACCESS
    )


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
        yield _same(variable, smallest)
    if "secrets" in used:
        for position, words in enumerate(("variable", "parameter")):
            rule = _secret(position)
            rejected = {**smallest, "secrets": rule.rejected}
            items = f"{('keys', 'values')[position]}(group.secrets)"
            yield _of_each(variable, rule, items, f"each {words} in secrets", rejected)


_DESTINATION = {"cidr": "192.0.2.0/24", "port": 5439, "reason": "data warehouse"}
_ACTIONS = {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::example/*"]}
_NAME = Rule(
    condition='can(regex("^[A-Za-z0-9_-]{1,64}$", item))',
    message="must be 1 to 64 letters, digits, _ and -.",
    rejected={},
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


def _same(variable: str, smallest: Mapping[str, Any]) -> Rule:
    """The network ACLs have one set of entries for a destination of several groups."""
    known = f"merge([for other in values(var.{variable}) : other.egress]...)"
    every = f"[for name, egress in group.egress : egress == {known}[name]]"
    groups = {
        name: {
            **smallest,
            **({"queues": [name]} if smallest else {}),
            "egress": {"same": {**_DESTINATION, "port": port}},
        }
        for name, port in (("one", 5439), ("two", 5440))
    }
    return Rule(
        condition=f"alltrue(flatten([for group in values(var.{variable}) : {every}]))",
        message=f"In {variable}, destinations of the same name in egress must be equal.",
        rejected=groups,
    )


def _secret(position: int) -> Rule:
    """The rule of the names of variables, or of the parameters."""
    node = WorkerGroup.model_json_schema()["properties"]["secrets"]
    ((names, value),) = node["patternProperties"].items()
    pattern, words = ((names, node["propertyNames"]["label"]), (value["pattern"], value["label"]))[position]
    rejected = ({"not valid": "/example"}, {"EXAMPLE": "not a path"})[position]
    return Rule(condition=f"can(regex({json.dumps(pattern)}, item))", message=f"must be {words}.", rejected=rejected)


def _of_fields(section: type[Section]) -> Iterator[Rule]:
    for field in _fields(section):
        optional = field.default is NOT_GIVEN and not section.model_fields[field.name].is_required()
        for rule in field.rules:
            condition = re.sub(r"\bitem\b", "text", rule.condition).replace(f"var.{field.name}", f"item.{field.name}")
            yield Rule(
                condition=f"item.{field.name} == null ? true : {condition}" if optional else condition,
                message=f"must have a valid {field.name}: {rule.message}",
                rejected={field.name: rule.rejected},
            )


def _fields(section: type[Section]) -> Iterator[Input]:
    """The fields of ``section`` that have a Terraform type of their own."""
    for name, node in section.model_json_schema()["properties"].items():
        found = from_model(name, node) or (list_from_model(name, node) if node.get("type") == "array" else None)
        if found is not None:
            yield found


def _map_of(section: type[Section]) -> str:
    types = {}
    for name, field in section.model_fields.items():
        node: Node = section.model_json_schema()["properties"][name]
        if node.get("type") == "object":
            types[name] = "optional(map(map(list(string))), {})"
            continue
        (found,) = [item for item in _fields(section) if item.name == name]
        empty = ", []" if found.type.startswith("list") else ""
        types[name] = found.type if field.is_required() else f"optional({found.type}{empty})"
    return f"map(object({hcl.object_(types)}))"
