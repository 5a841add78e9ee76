"""The inputs of a module while its construct is built: values for the parameters of the construct."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from modules.core.container import Secret
from modules.core.flows import Flows
from modules.core.grants import RoleSettings
from modules.core.network_reference import NetworkReference
from modules.export.deferred_values import DeferredZone
from modules.export.examples import REGION
from modules.export.field_inputs import FieldInputs
from modules.export.provider_data import ACCOUNT_DESCRIPTION, REGION_DESCRIPTION

KEY = "key/00000000-0000-0000-0000-000000000000"
TIERS = ("public", "application", "data")


class ModuleInputs(FieldInputs):
    """The inputs of one module, those included that several constructs have."""

    def arguments(self, construct: type, *, section: str = "", **given: Any) -> dict[str, Any]:
        """A value for every parameter of ``construct``: from ``given``, a common input, or a key of ``section``.

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

    def settings(self, kind: type, section: str) -> Any:
        """Return the settings object ``kind`` of a construct, filled from the keys of ``section``."""
        return kind(**self.arguments(kind, section=section))

    def _common(self) -> Mapping[str, Callable[[], Any]]:
        """Parameters that have the same meaning in every construct."""
        return {
            "name": lambda: self.text("name", "Prefix of every resource name.", example="airflow-example"),
            "key_arn": lambda: self.arn("key_arn", "KMS key for encryption at rest.", service="kms", example=KEY),
            "vpc_id": self._vpc_id,
            "path": lambda: self.text("path", "Prefix of all parameter names.", example="/airflow/example"),
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
        """Availability zones: the structure fixes their number and letters, the caller gives their names."""
        zones = self.structure.network.zones
        examples = [f"{REGION}{zone[-1]}" for zone in zones]
        self._list("zones", "Availability zones, in the order of the letters in the resources' addresses.", examples)
        self.variables["zones"] = replace(self.variables["zones"], current=list(zones))
        return [DeferredZone("zones", f"${{var.zones[{index}]}}", zone[-1]) for index, zone in enumerate(zones)]

    def network(self) -> NetworkReference:
        """The caller's VPC with a subnet of each tier in every zone."""
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
        """An existing SecureString of the caller."""
        return Secret(
            name=name,
            arn=self.arn(
                f"{name.replace('-', '_')}_arn",
                f"ARN of the SecureString that holds the {name}.",
                service="ssm",
                example=f"parameter/airflow/example/{name}",
            ),
            key_arn=self.arn("secrets_key_arn", "KMS key of the SecureStrings.", service="kms", example=KEY),
            version="1",
        )

    def account_id(self) -> str:
        """The AWS account id."""
        variable = replace(self.variable_for("account_id"), description=ACCOUNT_DESCRIPTION)
        value: str = self.deferred(variable, current=self.structure.account_id)
        return value

    def region(self) -> str:
        """The AWS region. The variable accepts any name: AWS opens regions more often than modules are released."""
        variable = replace(self.variable_for("region"), rules=(), description=REGION_DESCRIPTION)
        value: str = self.deferred(variable, current=self.structure.region)
        return value

    def roles(self) -> RoleSettings:
        """Path and permissions boundary of every IAM role of the module."""
        return RoleSettings(
            account_id=self.account_id(),
            region=self.region(),
            path=self.key("iam.path", name="iam_path"),
            permissions_boundary=self.key("iam.permissions_boundary"),
        )

    def _vpc_id(self) -> str:
        return self.text("vpc_id", "Id of the VPC.", example="vpc-0123456789abcdef0")
