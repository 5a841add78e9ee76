"""The two stacks of an environment as modules, with Terraform variables as the environment's values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from cdktf import App, DefaultTokenResolver, StringConcat, TerraformStack, Token, Tokenization
from pydantic import BaseModel

from environments.facts.naming import Names
from environments.facts.stacks import AIRFLOW, FOUNDATION
from environments.facts.topology import COMPONENTS
from environments.model import Environment
from environments.sections.compute import Components
from environments.sections.dag_access import DagAccess
from modules.core.flows import Flow, Flows
from modules.core.grants import RoleSettings
from modules.core.references import CrossStackOutputs
from modules.export.dag_services import with_dag_access
from modules.export.deferred_values import HTTPS, DeferredRepository
from modules.export.examples import EXAMPLES
from modules.export.group_access import ACCESS
from modules.export.hcl_template import parts
from modules.export.inputs import Rule, text, texts
from modules.export.model_schema import Node, resolved, schema, section
from modules.export.module_inputs import ModuleInputs
from modules.export.stack_rules import declare_rules, with_capacity_checks
from modules.export.worker_groups import marked_group
from modules.stacks.airflow import Airflow
from modules.stacks.foundation import Foundation

# Keys that configure this project's tools or the provider of the root, not the resources of a stack.
NOT_IN_MODULES = frozenset({"state", "waivers", "tags", "teams"})
WORKERS = "workers"
REPOSITORY, SSH_EXAMPLE = "dags_repository", "git@git.example.com:team/dags.git"
_INPUT = re.compile(r"(tostring\()?var\.\w+\)?")


@dataclass(frozen=True, slots=True)
class StackModule:
    """A module of one stack of an environment."""

    name: str
    purpose: str
    steps: str = ""

    def structural(self, structure: Environment) -> Mapping[str, str]:
        """Fields declared with ``plan`` that the stacks of ``structure`` compute with, with the reason."""
        found = {}
        if structure.topology == "local_executor":
            found["components_scheduler_memory_mib"] = "the number of Airflow tasks at once is computed from it"
        return found

    def stack(self, app: App, inputs: ModuleInputs) -> TerraformStack:
        """The stack that becomes the module. Both stacks are built: each one's content depends on the other."""
        foundation, airflow, _ = _both_stacks(app, inputs)
        return foundation if self.name == FOUNDATION else airflow


_FLOWS: dict[str, list[Flow]] = {}
"""The flows of each structure: two modules need them, and both stacks are built to know them."""


def declared_flows(structure: Environment) -> list[Flow]:
    """Every flow of an environment with this structure, for modules that hold a part of it.

    The destinations of DAGs are marked: the caller gives them.
    """
    key = structure.model_dump_json()
    if key not in _FLOWS:
        exceptions = frozenset(StackModule(FOUNDATION, "").structural(structure))
        _FLOWS[key] = _both_stacks(App(), ModuleInputs(structure=structure, structural=exceptions))[2].declared
    return _FLOWS[key]


def _both_stacks(app: App, inputs: ModuleInputs) -> tuple[Foundation, Airflow, Flows]:
    environment = deferred_environment(inputs)
    names, flows = _ModuleNames(environment.name_prefix, environment.name, environment.account_id), Flows()
    roles = RoleSettings(
        account_id=environment.account_id,
        region=environment.region,
        path=environment.iam.path,
        permissions_boundary=environment.iam.permissions_boundary,
    )
    foundation = Foundation(app, environment, names=names, roles=roles, flows=flows)
    airflow = Airflow(app, environment, names=names, roles=roles)
    published = _ModulePublication(publisher=foundation, remote=_CallerInputs(inputs))
    airflow.build(published.publish(foundation.reference))
    with_capacity_checks(environment, inputs)
    foundation.add_network_acls()
    return foundation, airflow, flows


STACKS = (
    StackModule(FOUNDATION, "Network, data stores, secrets, image repository and log storage of one environment."),
    StackModule(AIRFLOW, "Cluster, services, load balancer, scaling and alarms of one environment."),
)


def deferred_environment(inputs: ModuleInputs) -> Environment:
    """The environment of the structure, with a deferred value for every field that is declared with ``plan``.

    ``name``, ``account_id``, ``region`` and the names of the zones are declared with ``synth`` because stacks and
    checks of this project need them; in a module they are variables too.
    """
    environment_name = inputs.deferred(inputs.variable_for("name"), current=inputs.structure.name)
    top = {"name": environment_name, "account_id": inputs.account_id(), "region": inputs.region()}
    environment = _deferred_section(inputs, inputs.structure, schema(), "", skip=NOT_IN_MODULES | {*top, WORKERS})
    workers = (marked_group(inputs),) if inputs.structure.workers else ()
    environment = with_dag_access(environment, inputs)
    declare_rules(inputs)
    unused = Components.model_fields.keys() - {*COMPONENTS[inputs.structure.topology]}
    for name in [name for name in inputs.fixed if name.startswith(tuple(f"components_{part}_" for part in unused))]:
        del inputs.fixed[name]
    inputs.fixed["number_of_zones"] = len(inputs.fixed.pop("network_zones"))
    network = environment.network.model_copy(update={"zones": tuple(inputs.zones())})
    dags = environment.dags.model_copy(update={"repository": _repository(inputs)})
    deferred: Environment = environment.model_copy(update={**top, WORKERS: workers, "network": network, "dags": dags})
    return deferred


def _repository(inputs: ModuleInputs) -> str | None:
    """The git address, with the protocol of the structure's address: SSH needs separate security group rules."""
    current = inputs.structure.dags.repository
    if current is None:
        return None
    name, https = REPOSITORY, current.startswith(HTTPS)
    words = "an HTTPS address" if https else "an SSH address"
    fixed = Rule(
        condition=f'{"" if https else "!"}startswith(var.{name}, "{HTTPS}")',
        message=f"{name} must be {words}: the protocol is part of this module's structure.",
        rejected=SSH_EXAMPLE if https else EXAMPLES[name],
    )
    variable = inputs.variables[name]
    example = EXAMPLES[name] if https else SSH_EXAMPLE
    inputs.variables[name] = replace(variable, rules=(*variable.rules, fixed), example=example)
    return DeferredRepository(name, Token.as_string(Token.as_any(f"${{var.{name}}}")), https=https)


def _deferred_section(
    inputs: ModuleInputs, values: Any, node: Node, prefix: str, *, skip: Set[str] = frozenset()
) -> Any:
    updates = {
        name: _deferred_field(inputs, getattr(values, name), resolved(node["properties"][name]), f"{prefix}{name}")
        for name in type(values).model_fields
        if name not in skip and not (isinstance(values, DagAccess) and name in ACCESS)
    }
    return values.model_copy(update=updates)


def _deferred_field(inputs: ModuleInputs, current: Any, node: Node, name: str) -> Any:
    if isinstance(current, BaseModel):
        return _deferred_section(inputs, current, section(node), f"{name}_")
    if isinstance(current, tuple) and current and isinstance(current[0], BaseModel):
        items = resolved(node["items"])
        return tuple(_deferred_section(inputs, item, items, f"{name}_{_identifier(item)}_") for item in current)
    return inputs.field(node, name, current=current)


def _identifier(item: Any) -> str:
    return str(getattr(item, "name", "")).replace("-", "_")


class _ModuleNames(Names):
    """Names of the stacks while they are built: the environment's name is deferred, so the module's name is used."""

    def stack(self, layer: str) -> str:
        return layer


class _ModulePublication(CrossStackOutputs):
    """Passes outputs of ``foundation`` to ``airflow`` through the caller.

    A value that consists of variables only needs no output: both modules have these variables.
    """

    def _output(self, value: Any, name: str) -> Any:
        return value if self._consists_of_variables(value) else super()._output(value, name)

    def _consists_of_variables(self, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        resolver = DefaultTokenResolver(StringConcat())
        text = Tokenization.resolve(value, scope=self._publisher, resolver=resolver, preparing=False)
        return all(_INPUT.fullmatch(part.text) for part in parts(text) if part.is_expression)


class _CallerInputs:
    """Replaces the remote state of ``foundation``: each of its outputs is a variable of ``airflow``."""

    def __init__(self, inputs: ModuleInputs) -> None:
        self._inputs = inputs

    def get_string(self, name: str) -> str:
        """The output ``name`` as a deferred text."""
        variable = text(name, f"Output {name} of the module foundation.", example=f"${{module.foundation.{name}}}")
        value: str = self._inputs.deferred(variable)
        return value

    def get_list(self, name: str) -> Any:
        """The output ``name`` as a list of any length."""
        variable = texts(name, f"Output {name} of the module foundation.", example=())
        return self._inputs.list_of_any_length(replace(variable, example=f"${{module.foundation.{name}}}"))
