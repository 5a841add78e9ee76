"""Variables for what the DAGs of services other than worker groups need: triggerer, scheduler, Fargate tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from environments.derived.dag_access import dag_access
from environments.model import Environment
from environments.sections.dag_access import DagAccess
from modules.export import group_access
from modules.export.egress_rules import Scope, scope_of
from modules.export.group_access import DESTINATIONS
from modules.export.group_access_rules import rules_of_service
from modules.export.inputs import Input
from modules.export.module_inputs import ModuleInputs
from modules.export.worker_groups import smallest_group

_GROUPS = "workers["


def with_dag_access(environment: Environment, inputs: ModuleInputs) -> Environment:
    """``environment`` with marked access for every service that runs code of DAGs, and the variables for it.

    The marks of all services are the same; a resource belongs to the service whose name its address begins with.
    """
    structure = inputs.structure
    groups = smallest_group(structure) if structure.workers else None
    scope = scope_of(structure, groups=groups)
    found = {path: (process, access) for path, process, access in dag_access(structure) if _GROUPS not in path}
    for path, (process, access) in found.items():
        prefix = path.replace(".", "_")
        inputs.dag_services[process.replace("-", "_")] = prefix
        inputs.variables |= {item.name: item for item in _variables(prefix, access, scope)}
    destinations = [f"{prefix}_egress" for prefix in inputs.dag_services.values()]
    if destinations or groups:
        inputs.locals[DESTINATIONS] = group_access.destinations(destinations, groups=groups is not None)
    return _marked(environment, [path.split(".") for path in found])


def declare_destinations(inputs: ModuleInputs, *, scope: Scope) -> None:
    """The variable ``destinations`` of a module that has the network ACLs and not the services."""
    (egress,) = (item for item in group_access.variables("x") if item.name == "x_egress")
    inputs.variables[DESTINATIONS] = replace(
        egress,
        name=DESTINATIONS,
        description="Destinations that DAGs connect to, for the entries of the network ACLs. By a name of your choice.",
        rules=tuple(rules_of_service(DESTINATIONS, "egress", scope)),
    )


def _variables(prefix: str, access: DagAccess, scope: Scope) -> list[Input]:
    given: Mapping[str, Any] = group_access.given(access)
    return [
        replace(
            item,
            current=given.get(name, {}),
            rules=tuple(rules_of_service(item.name, name, scope)),
        )
        for name, item in zip(group_access.ACCESS, group_access.variables(prefix), strict=True)
    ]


def _marked(section: Any, paths: list[list[str]]) -> Any:
    """``section`` with the marked access at each of ``paths``."""
    updates = {}
    for name in {path[0] for path in paths}:
        below = [path[1:] for path in paths if path[0] == name and path[1:]]
        inner = getattr(section, name)
        updates[name] = _marked(inner, below) if below else inner.model_copy(update=group_access.access())
    return section.model_copy(update=updates)
