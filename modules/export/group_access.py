"""What the DAGs of a service need beyond Airflow itself: egress, policies and secrets.

They are attributes of ``worker_groups``, and variables of every other service that runs code of DAGs, such as
``components_triggerer_egress``. The marked service has one item of each kind, whose values are markers. Its resources
are repeated for each item of each service, by a variable or a local value of the module. The caller names the items:
their values, such as the id of a security group, may be unknown until the apply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from environments.fields import Section
from environments.sections.compute import WorkerGroup
from environments.sections.dag_access import DagAccess, Egress, Policy
from modules.core.dag_access import Permission
from modules.export import hcl
from modules.export.inputs import Input, from_model, list_from_model
from modules.export.model_schema import properties_of

ACCESS = ("egress", "policies", "secrets")
CIDR, SECURITY_GROUP, REASON = "EACHCIDR", "EACHSECURITYGROUP", "EACHREASON"
POLICY_ARN, ACTION, RESOURCE, CONDITION = "EACHPOLICYARN", "EACHACTION", "EACHRESOURCE", "EACHCONDITION"
SECRET, PARAMETER = "EACHSECRET", "EACHPARAMETER"  # markers, not secrets
# Ports of the marked destinations, which no other resource uses: of a CIDR block, and of a security group.
CIDR_PORTS, GROUP_PORTS = (971, 972), (973, 974)
CONDITIONS: dict[str, dict[str, tuple[str, ...]]] = {CONDITION: {CONDITION: (CONDITION,)}}
STATEMENT = Permission((ACTION,), (RESOURCE,), CONDITIONS).name


def access() -> dict[str, Any]:
    """The fields of the marked service."""
    destinations = ((f"${{{CIDR}}}", None, CIDR_PORTS), (None, SECURITY_GROUP, GROUP_PORTS))
    return {
        "egress": tuple(
            Egress.model_construct(cidr=cidr, security_group=group, port=first, last_port=last, reason=REASON)
            for cidr, group, (first, last) in destinations
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
}
DESTINATIONS = "destinations"


def destinations(variables: Sequence[str], *, groups: bool) -> str:
    """The local value with the destinations of all services, by name.

    Args:
        variables: names of the variables with the destinations of single services.
        groups: whether the module has worker groups.
    """
    single = [f"var.{name}" for name in variables]
    if not groups:
        return f"${{merge({', '.join(single)})}}" if single[1:] else f"${{{single[0]}}}"
    of_groups = "[for group in values(var.worker_groups) : group.egress]"
    every = f"concat({of_groups}, [{', '.join(single)}])" if single else of_groups
    return f"${{merge({every}...)}}"


def given(group: DagAccess) -> dict[str, Any]:
    """The items of a worker group or another service, by the names that the model derives from their values."""
    found = {
        name: {item.name: item.model_dump(mode="json", exclude_defaults=True) for item in getattr(group, name)}
        for name in ("egress", "policies")
    }
    return {name: items for name, items in {**found, "secrets": dict(group.secrets)}.items() if items}


TYPES: Mapping[str, type[Section]] = {"egress": Egress, "policies": Policy}


@cache
def attributes() -> tuple[Input, ...]:
    """The attributes of a worker group."""
    properties = properties_of(WorkerGroup)
    return tuple(
        Input(
            name=name,
            type=_map_of(TYPES[name]) if name in TYPES else "map(string)",
            description=f"{properties[name]['description']}{' By a name of your choice.' if name in TYPES else ''}",
            default={},
        )
        for name in ACCESS
    )


def variables(prefix: str) -> Iterator[Input]:
    """The variables of a service that is no worker group; ``prefix`` is its key, such as ``components_triggerer``."""
    for item in attributes():
        yield replace(item, name=f"{prefix}_{item.name}", current={}, attributes=items_of(item.name))


def items_of(name: str) -> tuple[Input, ...]:
    """The attributes of each item of ``egress`` or ``policies``; none for ``secrets``."""
    section = TYPES.get(name)
    if section is None:
        return ()
    optional = {key for key, field in section.model_fields.items() if not field.is_required()}
    return tuple(
        replace(item, default=None) if item.required and item.name in optional else item for item in fields(section)
    )


@cache
def fields(section: type[Section]) -> tuple[Input, ...]:
    """The fields of ``section`` that have their own Terraform type."""
    properties = properties_of(section)
    found = (
        from_model(name, node) or (list_from_model(name, node) if node.get("type") == "array" else None)
        for name, node in properties.items()
    )
    return tuple(item for item in found if item is not None)


def _map_of(section: type[Section]) -> str:
    types = {}
    for name, field in section.model_fields.items():
        node = properties_of(section)[name]
        if node.get("type") == "object":
            types[name] = "optional(map(map(list(string))), {})"
            continue
        (found,) = [item for item in fields(section) if item.name == name]
        empty = ", []" if found.type.startswith("list") else ""
        types[name] = found.type if field.is_required() else f"optional({found.type}{empty})"
    return f"map(object({hcl.object_(types)}))"
