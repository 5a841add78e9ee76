"""Who can open or accept a connection: resources in subnets, one-off tasks by their groups, and the outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from terraform_gate.network.addresses import INTERNET
from terraform_gate.network.filters import SecurityGroup
from terraform_gate.network.model import Kind, Party, Subnet
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.hosts import (
    HostType,
    has_public_address,
    listening_ports,
    standing_hosts,
    subnet_ids,
)
from terraform_gate.network.reading.routes import is_gateway_endpoint
from terraform_gate.network.reading.security_groups import PLACE_TAG
from terraform_gate.network.reading.values import Reader, default_group, service_of
from terraform_gate.terraform_resource import Resource

INTERNET_PARTY = Party(name="internet", kind=Kind.INTERNET, addresses=INTERNET)


def read_parties(
    reader: Reader, *, groups: Mapping[str, SecurityGroup], subnets: Mapping[str, Subnet]
) -> dict[str, Party]:
    """Every party by the name that flows use for it. Resources of one place and group are one party."""
    found: dict[str, Party] = {INTERNET_PARTY.name: INTERNET_PARTY}
    for resource, host in standing_hosts(reader):
        party = _party(reader, resource, host, groups=groups, subnets=subnets)
        _add(found, party)
    for party in [*_started_by_hand(reader, found, groups=groups), *_aws_services(reader)]:
        _add(found, party)
    return found


def _party(
    reader: Reader,
    resource: Resource,
    host: HostType,
    *,
    groups: Mapping[str, SecurityGroup],
    subnets: Mapping[str, Subnet],
) -> Party:
    placed, unknown = reader.names(subnet_ids(reader, resource, host))
    members, unknown_groups = _groups(reader, resource, host)
    vpcs = dict.fromkeys(subnets[name].vpc for name in placed if name in subnets)
    filtered = bool(members or unknown_groups) or host.kind is not Kind.LOAD_BALANCER
    if filtered and not members and not unknown_groups:
        members = tuple(default_group(vpc) for vpc in vpcs)
    place = next((groups[name].place for name in members if name in groups), "")
    return Party(
        name=place or resource.name,
        kind=host.kind,
        resource=resource.key,
        subnets=() if unknown else placed,
        groups=members,
        public=has_public_address(reader, resource),
        filtered=filtered,
        ports=listening_ports(reader, resource, host),
        unknown=unknown_groups,
    )


def _groups(reader: Reader, resource: Resource, host: HostType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    raw = resource.get(*host.groups)
    members, unknown = reader.names(raw)
    default = (reader.group_name(item) for item in (raw if isinstance(raw, list) else []))
    named = tuple(dict.fromkeys(name for name in default if isinstance(name, str)))
    return (named or members), unknown


def _add(found: dict[str, Party], party: Party) -> None:
    known = found.get(party.name)
    if known is None:
        found[party.name] = party
    elif (known.groups, known.kind) == (party.groups, party.kind) and known.is_placed == party.is_placed:
        ports = None if known.ports is None or party.ports is None else known.ports | party.ports
        together = tuple(dict.fromkeys([*known.subnets, *party.subnets]))
        found[party.name] = replace(known, subnets=together, public=known.public or party.public, ports=ports)
    else:
        address = party.resource.rpartition("//")[2] or "2"
        found[f"{party.name} ({address})"] = replace(party, name=f"{party.name} ({address})")


def _started_by_hand(
    reader: Reader, found: Mapping[str, Party], *, groups: Mapping[str, SecurityGroup]
) -> Iterator[Party]:
    """Groups with a place that nothing stands in yet: one-off tasks, run where the other tasks of the VPC run."""
    used = {name for party in found.values() for name in party.groups}
    tasks = [name for party in found.values() if party.kind is Kind.LINUX_TASK for name in party.subnets]
    for resource in reader.configuration.of_type("aws_security_group"):
        place = resource.get("tags", PLACE_TAG)
        if place and resource.key not in used and resource.key in groups:
            yield Party(
                name=str(place),
                kind=Kind.LINUX_TASK,
                resource=resource.key,
                subnets=tuple(dict.fromkeys(tasks)),
                groups=(resource.key,),
                ports=Ranges(),
            )


def _aws_services(reader: Reader) -> Iterator[Party]:
    for resource in reader.configuration.of_type("aws_vpc_endpoint"):
        if is_gateway_endpoint(reader, resource):
            name = service_of(resource) or resource.key
            yield Party(name=name, kind=Kind.AWS_SERVICE, resource=resource.key, prefixes=name)
