"""Builds the `Network` of a configuration, once for each configuration."""

from __future__ import annotations

import weakref

from terraform_gate.configuration import Configuration
from terraform_gate.network.model import Network
from terraform_gate.network.reading.acls import read_acls, read_associations
from terraform_gate.network.reading.endpoints import read_endpoints
from terraform_gate.network.reading.reader import Reader
from terraform_gate.network.reading.routes import (
    read_nat_gateways,
    read_route_tables,
    read_table_associations,
    read_unplaced_tables,
)
from terraform_gate.network.reading.security_groups import read_security_groups
from terraform_gate.network.reading.subnets import external_subnets, read_subnets, read_vpcs

_read: dict[int, Network] = {}


def network_of(configuration: Configuration) -> Network:
    """Return the network of a configuration.

    It is built by the first call and kept as long as the configuration lives.
    """
    key = id(configuration)
    if key not in _read:
        _read[key] = _network(Reader(configuration))
        weakref.finalize(configuration, _read.pop, key, None)
    return _read[key]


def _network(reader: Reader) -> Network:
    groups = read_security_groups(reader)
    subnets = read_subnets(
        reader,
        acls=read_associations(reader),
        tables=read_table_associations(reader),
        unplaced=read_unplaced_tables(reader),
    )
    endpoints = read_endpoints(reader, groups=groups, subnets=subnets)
    return Network(
        vpcs=read_vpcs(reader),
        subnets=subnets | external_subnets(endpoints, groups=groups, known=subnets),
        route_tables=read_route_tables(reader),
        acls=read_acls(reader, [subnet.vpc for subnet in subnets.values()]),
        groups=groups,
        nat_gateways={name: nat for name, nat in read_nat_gateways(reader).items() if nat.subnet in subnets},
        endpoints=endpoints,
    )
