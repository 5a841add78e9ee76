"""Receivers of telemetry: reachable from the network, and secrets travel over TLS only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from environments.derived.receivers import receivers
from environments.errors import Problem
from environments.model import Environment
from environments.rules.network import PRIVATE, SHARED
from environments.rules.registry import rule

_SIGNAL = re.compile(r"/v1/(traces|metrics|logs)$")


@rule("telemetry", "network")
def receiver_is_reachable(environment: Environment) -> Iterator[Problem]:
    """Public receivers need NAT; private ones a network that exists, because a new VPC has no route to them."""
    network = environment.network
    for receiver in receivers(environment):
        cidr = receiver.section.cidr
        if cidr is None and network.egress == "none":
            yield Problem(
                f"{receiver.path}.cidr",
                f"network.egress none has no route to the internet. Fix: with network.existing, set the CIDR block of "
                f"{receiver.address.host}; or use single_nat or nat_per_zone",
            )
        elif cidr and network.existing is None:
            yield Problem(
                f"{receiver.path}.cidr",
                "the VPC that this project creates has no route to other networks. Fix: use network.existing, or a "
                "public endpoint without cidr",
            )
        elif cidr and not any(IPv4Network(cidr).subnet_of(block) for block in (*PRIVATE, SHARED)):
            yield Problem(
                f"{receiver.path}.cidr", f"must be private, got {cidr}. Fix: remove it; HTTPS to public hosts is open"
            )
        elif cidr and _is_outside(receiver.address.host, IPv4Network(cidr)):
            yield Problem(
                f"{receiver.path}.cidr",
                f"must contain the receiver {receiver.address.host}, got {cidr}. Fix: write {receiver.address.host}/32",
            )


@rule("telemetry")
def receiver_has_its_base_address(environment: Environment) -> Iterator[Problem]:
    """The SDK appends the path of each signal to the endpoint, so that the path of one signal would be sent twice.

    https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp
    """
    otlp = environment.telemetry.otlp
    signal = _SIGNAL.search(otlp.endpoint.rstrip("/")) if otlp else None
    if otlp and signal:
        yield Problem(
            "telemetry.otlp.endpoint",
            f"must not contain {signal[0]}, which is appended for each signal, got {otlp.endpoint!r}. Fix: write "
            f"{otlp.endpoint[: signal.start()]}",
        )


def _is_outside(host: str, block: IPv4Network) -> bool:
    try:
        return IPv4Address(host) not in block
    except ValueError:  # a host name
        return False


@rule("telemetry")
def receiver_uses_tls(environment: Environment) -> Iterator[Problem]:
    """HTTP without TLS stays in a private network, and never carries a secret."""
    for receiver in receivers(environment):
        if receiver.address.scheme == "https":
            continue
        if receiver.section.authenticate:
            yield Problem(f"{receiver.path}.endpoint", "must use https to send a secret. Fix: use https")
        elif receiver.section.cidr is None:
            yield Problem(
                f"{receiver.path}.endpoint",
                "must use https outside of a private network. Fix: use https, or give the private cidr of the receiver",
            )
