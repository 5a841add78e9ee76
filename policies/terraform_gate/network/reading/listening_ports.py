"""Reads the ports that a resource listens on: listeners of load balancers, ports and engines of data stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from terraform_gate.network.model import Kind
from terraform_gate.network.ranges import Ranges
from terraform_gate.network.reading.endpoint_types import EndpointType
from terraform_gate.network.reading.reader import Reader
from terraform_gate.network.services import services
from terraform_gate.terraform_resource import Resource

LAST_PORT = 65535
_ENGINES = {
    "postgres": 5432,
    "aurora-postgresql": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "aurora-mysql": 3306,
    "oracle": 1521,
    "sqlserver": 1433,
    "memcached": 11211,
    "redis": 6379,
    "valkey": 6379,
}


LISTENERS = ("aws_lb_listener", "aws_alb_listener")


def listening_ports(reader: Reader, resource: Resource, endpoint_type: EndpointType) -> Ranges | None:
    """Return the services that the resource listens on; None if unknown."""
    if endpoint_type.kind is Kind.LOAD_BALANCER:
        return Ranges.union(_listened(reader, resource))
    port = reader.number(resource.body.get("port"))
    if _is_port(port):
        return services("tcp", port, port)
    engine = str(resource.body.get("engine") or ("redis" if "elasticache" in resource.type else ""))
    known = next((number for name, number in _ENGINES.items() if engine.startswith(name)), endpoint_type.port)
    return services("tcp", known, known) if known is not None and port is None else None


def _is_port(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and 0 <= value <= LAST_PORT


def _listened(reader: Reader, load_balancer: Resource) -> Iterator[Ranges]:
    for listener in reader.configuration.of_type(*LISTENERS):
        port = reader.number(listener.body.get("port"))
        if reader.name(listener.body.get("load_balancer_arn")) == load_balancer.key and _is_port(port):
            is_udp = "UDP" in str(listener.body.get("protocol"))
            yield services("udp" if is_udp else "tcp", port, port)
    for block in load_balancer.blocks("listener"):
        port = reader.number(block.get("lb_port"))
        if _is_port(port):
            yield services("tcp", port, port)
