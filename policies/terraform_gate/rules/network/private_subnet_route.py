"""AF_NET_6: subnets of tasks and data stores have no route to an internet gateway."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.tiers import WayOut, data_subnets, way_to_internet_gateway
from terraform_gate.network.model import Kind
from terraform_gate.network.reading.network import network_of
from terraform_gate.rule import Example
from terraform_gate.rules.shared.endpoint_examples import database, ecs_service, internet_route, load_balancer
from terraform_gate.rules.shared.network_examples import ANYWHERE, security_group, subnet, vpc
from terraform_gate.rules.shared.network_rule import NetworkRule
from terraform_gate.rules.shared.resources import merge

_TASK = merge(vpc(), security_group("web"), ecs_service("web", groups=("web",)))
_DATABASE = merge(vpc(), security_group("database"), database())


_FIREWALL = merge(
    subnet("firewall", "10.0.3.0/24", availability_zone="eu-central-1a"),
    {
        "aws_vpc_endpoint": {
            "firewall": {
                "vpc_id": "${aws_vpc.main.id}",
                "service_name": "com.amazonaws.vpce.eu-central-1.vpce-svc-0a1b2c3d",
                "vpc_endpoint_type": "GatewayLoadBalancer",
                "subnet_ids": ["${aws_subnet.firewall.id}"],
            }
        },
        "aws_route_table": {"inspected": {"vpc_id": "${aws_vpc.main.id}"}},
        "aws_route": {
            "inspected": {
                "route_table_id": "${aws_route_table.inspected.id}",
                "destination_cidr_block": ANYWHERE,
                "vpc_endpoint_id": "${aws_vpc_endpoint.firewall.id}",
            }
        },
        "aws_route_table_association": {
            "inspected": {"subnet_id": "${aws_subnet.app_a.id}", "route_table_id": "${aws_route_table.inspected.id}"}
        },
    },
)


class PrivateSubnetRoute(NetworkRule):
    """Subnets of tasks and data stores with a way to an internet gateway, directly or through a firewall."""

    id = "AF_NET_6"
    title = "Subnets of tasks and data stores have no route to an internet gateway"
    severity = Severity.HIGH
    why = (
        "In a subnet with a route to an internet gateway, a public address is enough to expose a task or a data store "
        "to the internet. Without such a route, the internet reaches neither, whatever the other settings are."
    )
    remediation = "Use a route table without an internet gateway; route egress to a NAT gateway in a public subnet."
    references = ("Prowler ecs_service_no_assign_public_ip",)
    resource_types = ("aws_subnet",)
    passing = (
        Example(title="a task without a route to the internet", resources=_TASK),
        Example(
            title="a load balancer in public subnets",
            resources=merge(vpc(), security_group("public"), load_balancer()),
        ),
        Example(title="a task behind a firewall without a route to the internet", resources=merge(_TASK, _FIREWALL)),
    )
    failing = (
        Example(title="a task in a public subnet", resources=merge(_TASK, internet_route("app_a"))),
        Example(title="a database in a public subnet", resources=merge(_DATABASE, internet_route("data_a"))),
        Example(
            title="a task behind a firewall whose subnet is public",
            resources=merge(_TASK, _FIREWALL, internet_route("firewall")),
        ),
        Example(
            title="a task in a subnet that uses a public main route table",
            resources=merge(
                _TASK,
                internet_route(),
                {
                    "aws_main_route_table_association": {
                        "main": {"vpc_id": "${aws_vpc.main.id}", "route_table_id": "${aws_route_table.public.id}"}
                    }
                },
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check every subnet that contains a task or a data store."""
        network = network_of(configuration)
        tasks = {
            name: endpoint.name
            for endpoint in network.endpoints.values()
            if endpoint.kind is Kind.LINUX_TASK
            for name in endpoint.subnets
        }
        contents = tasks | dict.fromkeys(data_subnets(configuration, network), "data stores")
        for resource in configuration.of_type("aws_subnet"):
            way = way_to_internet_gateway(network, resource.key) if resource.key in contents else WayOut(is_open=False)
            if way.is_open is None:
                yield Finding.unknown(resource, f"contains {contents[resource.key]}, and {way.reason}")
            elif way.is_open:
                yield Finding.fail(resource, f"contains {contents[resource.key]}, and {way.reason}")


rule = PrivateSubnetRoute()
