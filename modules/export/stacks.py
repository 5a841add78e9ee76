"""Whole stacks as modules: an environment whose values are variables, and the same two stacks on top of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from cdktf import App, DefaultTokenResolver, StringConcat, TerraformStack, Tokenization
from pydantic import BaseModel

from environments.model import Environment
from modules.core.flows import Flows
from modules.core.grants import RoleSettings
from modules.core.naming import Names
from modules.core.references import CrossStackOutputs
from modules.export.hcl_template import parts
from modules.export.inputs import text, texts
from modules.export.module_inputs import Ask
from modules.stacks.airflow import Airflow
from modules.stacks.foundation import Foundation

# Sections that are about the house, not about what is built.
ASIDE = frozenset({"state", "waivers"})
_INPUT = re.compile(r"(tostring\()?var\.\w+\)?")


@dataclass(frozen=True, slots=True)
class StackModule:
    """One stack of an environment."""

    name: Literal["foundation", "airflow"]
    purpose: str

    def stack(self, app: App, ask: Ask) -> TerraformStack:
        """The stack that becomes the module; it is built together with the other one, as always."""
        environment = planned_environment(ask)
        names, flows = _ModuleNames(environment.name_prefix, environment.name, environment.account_id), Flows()
        roles = RoleSettings(
            account_id=environment.account_id,
            region=environment.region,
            path=environment.iam.path,
            permissions_boundary=environment.iam.permissions_boundary,
        )
        foundation = Foundation(app, environment, names=names, roles=roles, flows=flows)
        airflow = Airflow(app, environment, names=names, roles=roles)
        published = _Handover(publisher=foundation, remote=_Caller(ask))
        airflow.build(published.publish(foundation.reference))
        foundation.add_network_acls()
        return foundation if self.name == "foundation" else airflow


STACKS = (
    StackModule("foundation", "Network, data stores, secrets, image repository and log storage of one environment."),
    StackModule("airflow", "Cluster, services, load balancer, scaling and alarms of one environment."),
)


def planned_environment(ask: Ask) -> Environment:
    """The structure's environment with variables for all values that a plan may decide."""
    named = ask.value(ask.input_for("name"), now=ask.structure.name)
    top = {"name": named, "account_id": ask.account_id(), "region": ask.region()}
    planned = _planned(ask, ask.structure, ask.schema, "", aside=ASIDE | top.keys())
    network = planned.network.model_copy(update={"zones": tuple(ask.zones())})
    return planned.model_copy(update={**top, "network": network})


def _planned(
    ask: Ask, section: Any, node: Mapping[str, Any], prefix: str, *, aside: frozenset[str] = frozenset()
) -> Any:
    updates = {
        name: _planned_value(ask, getattr(section, name), ask.resolved(node["properties"][name]), f"{prefix}{name}")
        for name in type(section).model_fields
        if name not in aside
    }
    return section.model_copy(update=updates)


def _planned_value(ask: Ask, now: Any, node: Mapping[str, Any], name: str) -> Any:
    if isinstance(now, BaseModel):
        return _planned(ask, now, ask.section(node), f"{name}_")
    if isinstance(now, tuple) and now and isinstance(now[0], BaseModel):
        items = ask.resolved(node["items"])
        return tuple(_planned(ask, item, items, f"{name}_{_word(item)}_") for item in now)
    return ask.planned(node, name, now=now)


def _word(item: Any) -> str:
    return str(getattr(item, "name", "")).replace("-", "_")


class _ModuleNames(Names):
    """A stack of this app is named after the module: its environment's name is not known yet."""

    def stack(self, layer: str) -> str:
        return layer


class _Handover(CrossStackOutputs):
    """From stack to stack by way of the caller; what the caller gave to both needs no way."""

    def _output(self, value: Any, name: str) -> Any:
        return value if self._is_the_callers(value) else super()._output(value, name)

    def _is_the_callers(self, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        resolver = DefaultTokenResolver(StringConcat())
        text = Tokenization.resolve(value, scope=self._publisher, resolver=resolver, preparing=False)
        return all(_INPUT.fullmatch(part.text) for part in parts(text) if part.is_expression)


class _Caller:
    """Where a stack reads what the other one published: here the module's caller passes it on."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def get_string(self, name: str) -> str:
        wanted = text(name, f"Output {name} of the module foundation.", example=f"${{module.foundation.{name}}}")
        planned: str = self._ask.value(wanted)
        return planned

    def get_list(self, name: str) -> Any:
        wanted = texts(name, f"Output {name} of the module foundation.", example=())
        return self._ask.passed_on(replace(wanted, example=f"${{module.foundation.{name}}}"))
