"""Reads the endpoints: resources in subnets, one-off tasks, the internet and AWS services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from terraform_gate.network.addresses import INTERNET
from terraform_gate.network.filters import SecurityGroup
from terraform_gate.network.model import Endpoint, Kind, Subnet
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.endpoint_types import (
    EndpointType,
    has_public_address,
    may_lack_groups,
    resources_in_vpcs,
    subnet_ids,
)
from terraform_gate.network.reading.listening_ports import listening_ports
from terraform_gate.network.reading.reader import Reader, default_security_group, service_of
from terraform_gate.network.reading.routes import is_gateway_endpoint
from terraform_gate.network.reading.security_groups import ENDPOINT_TAG
from terraform_gate.terraform_resource import Resource

INTERNET_ENDPOINT = Endpoint(name="internet", kind=Kind.INTERNET, addresses=INTERNET)


def read_endpoints(
    reader: Reader, *, groups: Mapping[str, SecurityGroup], subnets: Mapping[str, Subnet]
) -> dict[str, Endpoint]:
    """Read all endpoints by the name that flows use.

    Resources with the same name, groups and kind become one endpoint.
    """
    found: dict[str, Endpoint] = {INTERNET_ENDPOINT.name: INTERNET_ENDPOINT}
    for resource, endpoint_type in resources_in_vpcs(reader):
        endpoint = _endpoint(reader, resource, endpoint_type, groups=groups, subnets=subnets)
        _add(found, endpoint)
    for endpoint in [*_one_off_tasks(reader, found, groups=groups), *_aws_services(reader)]:
        _add(found, endpoint)
    return found


def _endpoint(
    reader: Reader,
    resource: Resource,
    endpoint_type: EndpointType,
    *,
    groups: Mapping[str, SecurityGroup],
    subnets: Mapping[str, Subnet],
) -> Endpoint:
    subnet_names, unknown = reader.names(subnet_ids(reader, resource, endpoint_type))
    members, unknown_groups = _groups(reader, resource, endpoint_type)
    vpcs = dict.fromkeys(subnets[name].vpc for name in subnet_names if name in subnets)
    filtered = bool(members or unknown_groups) or not may_lack_groups(resource)
    if filtered and not members and not unknown_groups:
        members = tuple(default_security_group(vpc) for vpc in vpcs)
    endpoint_name = next((groups[name].endpoint_name for name in members if name in groups), "")
    return Endpoint(
        name=endpoint_name or resource.name,
        kind=endpoint_type.kind,
        resource=resource.key,
        subnets=() if unknown else subnet_names,
        groups=members,
        public=has_public_address(reader, resource),
        filtered=filtered,
        ports=listening_ports(reader, resource, endpoint_type),
        unknown=unknown_groups,
    )


def _groups(reader: Reader, resource: Resource, endpoint_type: EndpointType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    raw = resource.get(*endpoint_type.groups)
    members, unknown = reader.names(raw)
    default = (reader.group_name(item) for item in (raw if isinstance(raw, list) else []))
    named = tuple(dict.fromkeys(name for name in default if isinstance(name, str)))
    return (named or members), unknown


def _add(found: dict[str, Endpoint], endpoint: Endpoint) -> None:
    known = found.get(endpoint.name)
    if known is None:
        found[endpoint.name] = endpoint
    elif _signature(known) == _signature(endpoint):
        ports = None if known.ports is None or endpoint.ports is None else known.ports | endpoint.ports
        subnets = tuple(dict.fromkeys([*known.subnets, *endpoint.subnets]))
        found[endpoint.name] = replace(known, subnets=subnets, public=known.public or endpoint.public, ports=ports)
    else:
        address = endpoint.resource.rpartition("//")[2] or "2"
        found[f"{endpoint.name} ({address})"] = replace(endpoint, name=f"{endpoint.name} ({address})")


def _signature(endpoint: Endpoint) -> tuple[object, ...]:
    return endpoint.groups, endpoint.kind, endpoint.has_known_location


def _one_off_tasks(
    reader: Reader, found: Mapping[str, Endpoint], *, groups: Mapping[str, SecurityGroup]
) -> Iterator[Endpoint]:
    """Security groups with an endpoint tag and no members: one-off tasks, in the subnets of the other tasks."""
    used = {name for endpoint in found.values() for name in endpoint.groups}
    tasks = [name for endpoint in found.values() if endpoint.kind is Kind.LINUX_TASK for name in endpoint.subnets]
    for resource in reader.configuration.of_type("aws_security_group"):
        endpoint_name = resource.get("tags", ENDPOINT_TAG)
        if endpoint_name and resource.key not in used and resource.key in groups:
            yield Endpoint(
                name=str(endpoint_name),
                kind=Kind.LINUX_TASK,
                resource=resource.key,
                subnets=tuple(dict.fromkeys(tasks)),
                groups=(resource.key,),
                ports=Ranges(),
            )


def _aws_services(reader: Reader) -> Iterator[Endpoint]:
    for resource in reader.configuration.of_type("aws_vpc_endpoint"):
        if is_gateway_endpoint(reader, resource):
            name = service_of(resource) or resource.key
            yield Endpoint(name=name, kind=Kind.AWS_SERVICE, resource=resource.key, prefixes=name)
