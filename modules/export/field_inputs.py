"""The inputs of a module that fields of the environment model declare.

A field that is declared with ``plan`` becomes a Terraform variable and a deferred value; a field that is declared with
``synth`` is structural and keeps the value of the environment that gives the structure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cdktf import Token

from environments.fields import Section, decided_at
from environments.model import Environment
from modules.export.deferred_numbers import DeferredNumber
from modules.export.deferred_values import DeferredCidr, DeferredText, deferred_flag
from modules.export.examples import NOT_GIVEN
from modules.export.inputs import Input, Rule, arn, from_model, list_from_model, text, texts
from modules.export.model_schema import Node, node_at, properties_of

CLIENTS, CLIENT_CIDRS, LINES = "allowed_cidrs", "client_cidrs", "known_hosts"
MOST_CLIENTS = 10
"""Network ACL entries are numbered in tens, so that ten clients fit between two other entries."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Values of variables with which the precondition of the resource ``address`` fails."""

    address: str
    values: Mapping[str, Any]


class FieldInputs:
    """Collects the variables and the fixed choices of one module.

    Args:
        structure: the environment that gives every structural value, and the values of the example.
        structural: names of fields that this module uses structurally although they are declared with ``plan``.

    Attributes:
        variables: the declared variables by name.
        fixed: the structural values by name; they are written into the module.
        locals: local values of the module by name: an expression, or a table.
        preconditions: conditions on local values, for the ECS cluster.
        group_rules: rules of ``worker_groups`` that refer to other variables.
        rejected: values that a precondition rejects, for the module's tests, by a name.
        dag_services: services with variables for what their DAGs need: beginning of addresses -> of variables.
    """

    def __init__(self, *, structure: Environment, structural: frozenset[str] = frozenset()) -> None:
        self.structure, self._structural = structure, structural
        self.variables: dict[str, Input] = {}
        self.fixed: dict[str, Any] = {}
        self.locals: dict[str, Any] = {}
        self.dag_services: dict[str, str] = {}
        self.preconditions: list[Mapping[str, Any]] = []
        self.group_rules: tuple[Rule, ...] = ()
        self.rejected: dict[str, Rejected] = {}
        self._deferred: dict[str, Any] = {}

    def deferred(self, variable: Input, *, current: Any = NOT_GIVEN) -> Any:
        """Declare ``variable`` and return its deferred value; ``current`` is the value in the structure."""
        if variable.name not in self._deferred:
            self.variables[variable.name] = replace(variable, current=current)
            self._deferred[variable.name] = self._deferred_value(variable, current)
        return self._deferred[variable.name]

    def text(self, name: str, description: str, *, example: str) -> str:
        """A text that the environment model does not have."""
        value: str = self.deferred(text(name, description, example=example))
        return value

    def arn(self, name: str, description: str, *, service: str, example: str) -> str:
        """An ARN that the environment model does not have."""
        value: str = self.deferred(arn(name, description, service=service, example=example))
        return value

    def key(self, path: str, *, name: str | None = None) -> Any:
        """The environment's key ``path`` (``database.instance_class``); ``name`` is the variable's, if it is one."""
        return self.field(node_at(path), name or path.rpartition(".")[2], current=self._current(path))

    def field(self, node: Node, name: str, *, current: Any) -> Any:
        """The field with the schema ``node``: deferred when it is declared with ``plan``, else fixed as ``current``.

        An absent optional field (``current`` is None) is fixed, unless it is nullable: its presence is structural.
        """
        if decided_at(node) == "plan" and name not in self._structural:
            if name.endswith(CLIENTS):
                return self._clients(list_from_model(name, node), current)
            variable = from_model(name, node)
            if variable is not None and (current is not None or node.get("nullable")):
                return self.deferred(variable, current=current)
            if variable is None and current:
                return self._list_field(list_from_model(name, node), current)
        self.fixed[name] = current
        return current

    def _list_field(self, variable: Input, current: Sequence[str]) -> tuple[str, ...]:
        """A list of texts of any length; lines of a file are joined by a local value."""
        self.variables[variable.name] = replace(variable, current=list(current))
        if not variable.name.endswith(LINES):
            return tuple(Token.as_list(Token.as_any(f"${{var.{variable.name}}}")))
        self.locals[LINES] = f'${{join("\\n", var.{variable.name})}}'
        return (f"${{local.{LINES}}}",)

    def _clients(self, variable: Input, current: Sequence[str]) -> tuple[str]:
        """The CIDR blocks that may connect to the load balancer: by default, the block of the VPC."""
        network = self.structure.network
        of_environment = "network_existing_cidr" if network.existing else "network_cidr"
        of_module = "cidr" if "cidr" in self.variables else "vpc_cidr"
        vpc = of_module if variable.name == CLIENTS else of_environment
        limit = Rule(
            condition=f"length(var.{variable.name}) <= {MOST_CLIENTS}",
            message=f"{variable.name} must have at most {MOST_CLIENTS} items: each needs entries in the network ACLs.",
            rejected=[f"10.0.{number}.0/24" for number in range(MOST_CLIENTS + 1)],
        )
        rules = (*variable.rules, limit)
        self.variables[variable.name] = replace(variable, current=list(current), rules=rules)
        given = f"var.{variable.name}"
        self.locals[CLIENT_CIDRS] = f"${{length({given}) > 0 ? {given} : [var.{vpc}]}}"
        return (DeferredCidr(f"${{local.{CLIENT_CIDRS}[0]}}", [*current, network.cidr][0]),)

    def list_of_any_length(self, variable: Input) -> list[str]:
        """A list that the construct passes on as a whole."""
        self.variables[variable.name] = replace(variable, rules=())
        tokens: list[str] = Token.as_list(Token.as_any(f"${{var.{variable.name}}}"))
        return tokens

    def texts(self, name: str, description: str, *, example: Sequence[str]) -> list[str]:
        """A list of texts, of any length, that the construct passes on as a whole."""
        return self.list_of_any_length(texts(name, description, example=example))

    def variable_for(self, path: str) -> Input:
        """The variable of the environment's key ``path``.

        Raises:
            ValueError: the key's type is a list or an object.
        """
        variable = from_model(path, node_at(path))
        if variable is None:
            raise ValueError(f"{path} has no Terraform type")
        return variable

    def field_of(self, kind: type[Section], name: str, *, variable: str = "") -> Any:
        """The field ``name`` of the section ``kind``, of which the structure has no single one."""
        return self.field(properties_of(kind)[name], variable or name, current=kind.model_fields[name].default)

    def _list(self, name: str, description: str, example: Sequence[str]) -> list[str]:
        self.variables[name] = texts(name, description, example=example)
        return [DeferredText(name, f"${{var.{name}[{index}]}}") for index in range(len(example))]

    def _current(self, path: str) -> Any:
        found: Any = self.structure
        for part in path.split("."):
            found = getattr(found, part)
        return found

    def _deferred_value(self, variable: Input, current: Any) -> Any:
        expression = f"var.{variable.name}"
        if variable.type == "number":
            return DeferredNumber(variable.name, expression, current=None if current is NOT_GIVEN else current)
        if variable.type == "bool":
            return deferred_flag(variable.name, Token.as_any(f"${{{expression}}}"))
        token = Token.as_string(Token.as_any(f"${{{expression}}}"))
        return DeferredText(variable.name, token, locals_=self.locals)
