"""AF_NET_6: subnets of tasks and data stores have no route to an internet gateway."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.analysis.tiers import data_subnets, has_internet_route
from terraform_gate.network.model import Kind
from terraform_gate.network.reading.network import network_of
from terraform_gate.rule import Example
from terraform_gate.rules.shared.endpoint_examples import database, ecs_service, internet_route, load_balancer
from terraform_gate.rules.shared.network_examples import security_group, vpc
from terraform_gate.rules.shared.network_rule import NetworkRule, short
from terraform_gate.rules.shared.resources import merge

_TASK = merge(vpc(), security_group("web"), ecs_service("web", groups=("web",)))
_DATABASE = merge(vpc(), security_group("database"), database())


class PrivateSubnetRoute(NetworkRule):
    """Subnets of tasks and data stores whose route table has a route to an internet gateway."""

    id = "AF_NET_6"
    title = "Subnets of tasks and data stores have no route to an internet gateway"
    severity = Severity.HIGH
    why = (
        "In a subnet with a route to an internet gateway, a public address is enough to expose a task or a data store "
        "to the internet. Without the route it stays private, whatever its other settings are."
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
    )
    failing = (
        Example(title="a task in a public subnet", resources=merge(_TASK, internet_route("app_a"))),
        Example(title="a database in a public subnet", resources=merge(_DATABASE, internet_route("data_a"))),
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
            is_public = has_internet_route(network, resource.key) if resource.key in contents else False
            table = short(network.subnets[resource.key].route_table)
            if is_public is None:
                yield Finding.unknown(resource, f"{table} is not in the configuration")
            elif is_public:
                yield Finding.fail(resource, f"contains {contents[resource.key]}, and {table} leads to the internet")


rule = PrivateSubnetRoute()
