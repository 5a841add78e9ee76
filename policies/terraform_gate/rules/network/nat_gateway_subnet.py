"""AF_NET_7: public NAT gateways are in subnets with a route to an internet gateway."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.tiers import has_internet_route
from terraform_gate.network.reading.network import network_of
from terraform_gate.network.reading.reader import Reader
from terraform_gate.rule import Example
from terraform_gate.rules.shared.endpoint_examples import public_subnets
from terraform_gate.rules.shared.network_examples import subnet, vpc
from terraform_gate.rules.shared.network_rule import NetworkRule, short
from terraform_gate.rules.shared.resources import Resources, merge


def _nat_gateway(subnet_name: str, **settings: str) -> Resources:
    address = {} if settings else {"allocation_id": "eipalloc-0a1b2c3d"}
    body = {"subnet_id": f"${{aws_subnet.{subnet_name}.id}}", **address, **settings}
    return merge(vpc(), public_subnets(), subnet("app_a", "10.0.2.0/24"), {"aws_nat_gateway": {"main": body}})


class NatGatewaySubnet(NetworkRule):
    """Public NAT gateways in subnets without a route to an internet gateway."""

    id = "AF_NET_7"
    title = "Every public NAT gateway is in a subnet with a route to an internet gateway"
    severity = Severity.MEDIUM
    why = "A NAT gateway in a private subnet forwards nothing: tasks cannot pull images or reach AWS services."
    remediation = 'Put the NAT gateway into a public subnet, or set connectivity_type = "private".'
    references = ()
    resource_types = ("aws_nat_gateway",)
    passing = (
        Example(title="in a public subnet", resources=_nat_gateway("public_a")),
        Example(
            title="a private NAT gateway in a private subnet",
            resources=_nat_gateway("app_a", connectivity_type="private"),
        ),
    )
    failing = (Example(title="in a private subnet", resources=_nat_gateway("app_a")),)

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check the route table of every public NAT gateway's subnet."""
        network, reader = network_of(configuration), Reader(configuration)
        for resource in configuration.of_type("aws_nat_gateway"):
            if reader.plain(resource.body.get("connectivity_type")) == "private":
                continue
            name = str(reader.name(resource.body.get("subnet_id")))
            is_public = has_internet_route(network, name) if name in network.subnets else None
            if is_public is None:
                yield Finding.unknown(resource, f"the routes of {short(name)} are not in the configuration")
            elif not is_public:
                yield Finding.fail(resource, f"{short(name)} has no route to an internet gateway")


rule = NatGatewaySubnet()
