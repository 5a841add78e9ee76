"""Reads the values of a configuration for the network model: names, numbers, peers. Unknown values stay unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.network.addresses import addresses
from terraform_gate.network.filters import Block, Members, Peer, ServicePrefixes, Services, Unknown
from terraform_gate.network.services import services
from terraform_gate.reading.expression import is_known, reference
from terraform_gate.terraform_resource import Resource, items

_IDENTITIES = frozenset({"", "id", "arn"})
_DEPTH = 8
_EXPRESSION = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True)
class Reader:
    """Looks up values in one configuration.

    The *name* of a resource in the model is its key in the configuration, or its literal id if it is not part of it.
    """

    configuration: Configuration

    def plain(self, value: Any) -> Any:
        """Follow references to attributes with a written value; return any other value unchanged."""
        for _ in range(_DEPTH):
            target = reference(value)
            found = self.configuration.find(target) if target else None
            if found is None or target is None or target.attribute in _IDENTITIES:
                return value
            following = found.body.get(target.attribute)
            if following is None or isinstance(following, list | dict):
                return value
            value = following
        return value

    def name(self, value: Any) -> str | Unknown:
        """Return the name of the resource that an id argument refers to."""
        value = self.plain(value)
        found = self.find(value)
        if found is not None:
            return found.key
        return str(value) if is_known(value) else Unknown(str(value))

    def find(self, value: Any) -> Resource | None:
        """Return the resource of a reference, or of a literal id that a plan over existing resources contains."""
        found = self.configuration.find(value)
        return found or (self._by_id.get(value) if isinstance(value, str) else None)

    @cached_property
    def _by_id(self) -> dict[str, Resource]:
        planned = (item for item in self.configuration.resources.values() if item.is_planned)
        ids = ((item.body.get(name), item) for item in planned for name in ("id", "prefix_list_id"))
        return {value: item for value, item in ids if isinstance(value, str) and is_known(value)}

    def names(self, value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of the resources of a list argument, and the expressions that are unknown."""
        found = [self.name(item) for item in items(value)]
        known = tuple(dict.fromkeys(item for item in found if isinstance(item, str)))
        return known, tuple(item.expression for item in found if isinstance(item, Unknown))

    def is_absent(self, value: Any) -> bool:
        """Whether an argument is absent or empty."""
        return value is None or value in ("", [])

    def number(self, value: Any) -> int | Unknown | None:
        """Read a port or rule number."""
        value = self.plain(value)
        if self.is_absent(value):
            return None
        try:
            return int(value)
        except (TypeError, ValueError, OverflowError):
            return Unknown(str(value))

    def block(self, value: Any) -> Block | Unknown:
        """Read a CIDR block. An invalid one becomes unknown here; AF_NET_1 reports it."""
        value = self.plain(value)
        try:
            return Block(addresses(str(value)), str(value))
        except ValueError:
            return Unknown(str(value))

    def group(self, value: Any) -> Members | Unknown:
        """Read a reference to a security group; one that is not known is a security group all the same."""
        name = self.group_name(value)
        return Unknown(name.expression, is_group=True) if isinstance(name, Unknown) else Members(name)

    def group_name(self, value: Any) -> str | Unknown:
        """Return the name of a security group; default security groups are named after their VPC."""
        target, found = reference(value), self.configuration.find(value)
        if target and found is not None and target.attribute == "default_security_group_id":
            return default_security_group(found.key)
        if found is not None and found.type == "aws_default_security_group":
            return default_security_group(str(self.name(found.body.get("vpc_id"))))
        return self.name(value)

    def services(self, protocol: Any, first: Any, last: Any) -> Services:
        """Read protocol and ports."""
        low, high, name = self.number(first), self.number(last), self.plain(protocol)
        for value in (low, high):
            if isinstance(value, Unknown):
                return value
        try:
            return services(name, _whole(low), _whole(high))
        except (ValueError, TypeError):
            return Unknown(f"{protocol} {first} {last}")

    def prefix_list(self, value: Any) -> Iterator[Peer]:
        """Read a prefix list: the entries of a managed one, or the service of an AWS-managed one."""
        found = self.find(value)
        if found is None:
            yield Unknown(str(value))
        elif found.type == "aws_ec2_managed_prefix_list" and not found.is_data:
            yield from self._entries(found)
        elif service := service_of(found):
            yield ServicePrefixes(service)
        else:
            yield Unknown(str(value))

    def _entries(self, prefix_list: Resource) -> Iterator[Peer]:
        written = prefix_list.body.get("entry")
        if isinstance(written, str):
            yield Unknown(written)
        for entry in prefix_list.blocks("entry"):
            yield self.block(entry.get("cidr"))
        for separate in self.configuration.of_type("aws_ec2_managed_prefix_list_entry"):
            if self.name(separate.body.get("prefix_list_id")) == prefix_list.key:
                yield self.block(separate.body.get("cidr"))


def default_security_group(vpc: str) -> str:
    """Return the model's name of the default security group of a VPC."""
    return f"default security group of {vpc}"


def service_name(text: str) -> str:
    """Remove region and owner from a service name: `com.amazonaws.eu-west-1.s3` becomes `s3`."""
    parts = text.split(".")
    return ".".join(parts[3:]) if text.startswith("com.amazonaws.") and len(parts) > 3 else text


def service_of(resource: Resource) -> str | None:
    """Return the AWS service of an endpoint or AWS-managed prefix list; None if unknown."""
    name = resource.body.get("service_name" if resource.type == "aws_vpc_endpoint" else "name")
    known = _EXPRESSION.sub("region", str(name))
    return service_name(known) if name and known != "region" else None


def _whole(value: int | Unknown | None) -> int | None:
    return value if isinstance(value, int) else None
