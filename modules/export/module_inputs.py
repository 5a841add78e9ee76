"""Hands out values while a construct is built: Terraform variables where a plan may decide, else the structure's."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from cdktf import Token

from environments.model import Environment
from modules.core.flows import Flows
from modules.core.grants import RoleSettings
from modules.core.network_reference import NetworkReference
from modules.core.task import Secret
from modules.export.deferred_values import LetteredText, PlannedNumber, PlannedText, planned_flag
from modules.export.inputs import Input, arn, from_model, text, texts

KEY = "key/00000000-0000-0000-0000-000000000000"
TIERS = ("public", "application", "data")
_schema = cache(Environment.model_json_schema)


class Ask:
    """``structure`` gives what is decided at export; ``early`` are variables that Python turned out to look at."""

    def __init__(self, *, structure: Environment, early: frozenset[str]) -> None:
        self.structure, self._early = structure, early
        self.schema = _schema()
        self.inputs: dict[str, Input] = {}
        self.decided: dict[str, Any] = {}
        self._planned: dict[str, Any] = {}

    def value(self, wanted: Input, *, now: Any = None) -> Any:
        """A planned value for the variable ``wanted``; ``now`` instead when it has to be decided at export."""
        if wanted.name in self._early:
            if now is None:
                raise ValueError(f"only the caller knows {wanted.name}, but the construct decides by it")
            return self._decide(wanted.name, now)
        if wanted.name in self._planned:
            return self._planned[wanted.name]
        self._planned[wanted.name] = planned = self._plan(wanted, now)
        return planned

    def _plan(self, wanted: Input, now: Any) -> Any:
        self.inputs[wanted.name] = wanted if now is None else replace(wanted, example=now)
        token = f"${{var.{wanted.name}}}"
        if wanted.type == "number":
            return PlannedNumber(wanted.name, Token.as_number(token))
        if wanted.type == "bool":
            return planned_flag(wanted.name, Token.as_any(token))
        return PlannedText(wanted.name, Token.as_string(Token.as_any(token)))

    def text(self, name: str, description: str, *, example: str) -> str:
        """A text that only the caller knows."""
        planned: str = self.value(text(name, description, example=example))
        return planned

    def arn(self, name: str, description: str, *, service: str, example: str) -> str:
        """An ARN that only the caller knows."""
        planned: str = self.value(arn(name, description, service=service, example=example))
        return planned

    def key(self, path: str, *, name: str | None = None) -> Any:
        """The environment's key ``path`` (``database.instance_class``) as the variable ``name``, or as it is."""
        return self.planned(self._node(path), name or path.rpartition(".")[2], now=self._now(path))

    def planned(self, node: Mapping[str, Any], name: str, *, now: Any) -> Any:
        """The key with the schema ``node`` as the variable ``name`` if a plan may decide it, else ``now``."""
        wanted = from_model(name, node) if node.get("decided") == "plan" and now is not None else None
        return self.value(wanted, now=now) if wanted else self._decide(name, now)

    def arguments(self, construct: type, *, section: str = "", **given: Any) -> dict[str, Any]:
        """A value for every parameter of ``construct``: given here, meant everywhere, or a key of ``section``.

        A parameter that is none of these keeps its default.
        """
        fields = type(getattr(self.structure, section)).model_fields if section else {}
        common = self._common()
        for name in inspect.signature(construct.__dict__["__init__"]).parameters:
            if name in given:
                continue
            if name in common:
                given[name] = common[name]()
            elif name in fields:
                given[name] = self.key(f"{section}.{name}")
        return given

    def _common(self) -> Mapping[str, Callable[[], Any]]:
        """Parameters that mean the same wherever they occur."""
        return {
            "name": lambda: self.text("name", "Beginning of every name in AWS.", example="airflow-prod"),
            "key_arn": lambda: self.arn("key_arn", "KMS key that encrypts.", service="kms", example=KEY),
            "vpc_id": self._vpc_id,
            "path": lambda: self.text("path", "Prefix of all names in Parameter Store.", example="/airflow/prod"),
            "network": self.network,
            "zones": self.zones,
            "flows": Flows,
            "roles": self.roles,
            "account_id": self.account_id,
            "region": self.region,
            "retention_days": lambda: self.key("logs.retention_days", name="log_retention_days"),
            "log_retention_days": lambda: self.key("logs.retention_days", name="log_retention_days"),
        }

    def zones(self) -> list[str]:
        """As many zones as the structure has, with its letters; their names are the caller's."""
        zones = self.structure.network.zones
        self._list("zones", "Availability zones, one for each letter in the resources' addresses.", zones)
        return [LetteredText("zones", f"${{var.zones[{index}]}}", zone[-1]) for index, zone in enumerate(zones)]

    def network(self) -> NetworkReference:
        """Somebody's VPC with a subnet of each tier in every zone."""
        letters = [zone[-1] for zone in self.structure.network.zones]
        subnets = {
            name: self._list(name, f"Subnets of the {tier} tier.", [f"subnet-{number}{letter}" for letter in letters])
            for number, (tier, name) in enumerate((tier, f"{tier}_subnet_ids") for tier in TIERS)
        }
        return NetworkReference(
            vpc_id=self._vpc_id(),
            cidr=self.key("network.cidr", name="vpc_cidr"),
            flows=Flows(),
            **subnets,
        )

    def secret(self, name: str) -> Secret:
        """A SecureString that exists already."""
        return Secret(
            name=name,
            arn=self.arn(
                f"{name.replace('-', '_')}_arn",
                f"The SecureString of the {name}.",
                service="ssm",
                example=f"parameter/airflow/prod/{name}",
            ),
            key_arn=self.arn("secrets_key_arn", "KMS key of the SecureStrings.", service="kms", example=KEY),
            version="1",
        )

    def account_id(self) -> str:
        """The account's number."""
        planned: str = self.value(self.input_for("account_id"), now=self.structure.account_id)
        return planned

    def region(self) -> str:
        """The region's name."""
        anywhere = replace(self.input_for("region"), rules=())  # AWS opens regions faster than modules are released
        planned: str = self.value(anywhere, now=self.structure.region)
        return planned

    def roles(self) -> RoleSettings:
        """What all IAM roles share."""
        boundary = text("permissions_boundary", "IAM policy that bounds every role; none when null.", default=None)
        return RoleSettings(
            account_id=self.account_id(),
            region=self.region(),
            path=self.key("iam.path", name="iam_path"),
            permissions_boundary=self.value(boundary),
        )

    def section(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema of a section, which may be absent in other environments."""
        choices = [choice for choice in node.get("anyOf", ()) if "$ref" in choice]
        return self.resolved(choices[0]) if choices else node

    def passed_on(self, wanted: Input) -> list[str]:
        """A list of any length that the construct only hands on."""
        self.inputs[wanted.name] = replace(wanted, rules=())
        tokens: list[str] = Token.as_list(Token.as_any(f"${{var.{wanted.name}}}"))
        return tokens

    def input_for(self, path: str) -> Input:
        wanted = from_model(path, self._node(path))
        if wanted is None:
            raise ValueError(f"{path} has no Terraform type")
        return wanted

    def several(self, name: str, description: str, *, example: Sequence[str]) -> list[str]:
        """Texts that the construct only hands on, as many as the caller likes."""
        return self.passed_on(texts(name, description, example=example))

    def _vpc_id(self) -> str:
        return self.text("vpc_id", "The VPC to live in.", example="vpc-0123456789abcdef0")

    def _list(self, name: str, description: str, example: Sequence[str]) -> list[str]:
        self.inputs[name] = texts(name, description, example=example)
        return [PlannedText(name, f"${{var.{name}[{index}]}}") for index in range(len(example))]

    def _decide(self, name: str, now: Any) -> Any:
        self.decided[name] = now
        return now

    def _now(self, path: str) -> Any:
        found: Any = self.structure
        for part in path.split("."):
            found = getattr(found, part)
        return found

    def _node(self, path: str) -> Mapping[str, Any]:
        node: Mapping[str, Any] = self.schema
        for part in path.split("."):
            node = self.resolved(node["properties"][part])
        return node

    def resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """A node of the JSON schema with its reference followed."""
        if "$ref" not in node:
            return node
        return {**self.schema["$defs"][str(node["$ref"]).rpartition("/")[2]], **node}
