"""AF_NET_8: only load balancers and NAT gateways have public addresses."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.reading.endpoint_types import PUBLIC_ADDRESS
from terraform_gate.network.reading.reader import Reader
from terraform_gate.reading.expression import is_known
from terraform_gate.rule import Example
from terraform_gate.rules.shared.endpoint_examples import database, ecs_service
from terraform_gate.rules.shared.network_examples import security_group, subnet, vpc
from terraform_gate.rules.shared.network_rule import NetworkRule
from terraform_gate.rules.shared.resources import Resources, merge

_ARGUMENTS = {**PUBLIC_ADDRESS, "aws_subnet": ("map_public_ip_on_launch",)}


def _service(*, public: bool) -> Resources:
    resources = merge(vpc(), security_group("web"), ecs_service("web", groups=("web",)))
    resources["aws_ecs_service"]["web"]["network_configuration"]["assign_public_ip"] = public
    return resources


def _database(*, public: bool) -> Resources:
    resources = merge(vpc(), security_group("database"), database())
    resources["aws_db_instance"]["database"]["publicly_accessible"] = public
    return resources


class PublicAddress(NetworkRule):
    """Tasks, instances and data stores with a public address, and subnets that assign one."""

    id = "AF_NET_8"
    title = "Only load balancers and NAT gateways have public addresses"
    severity = Severity.HIGH
    why = (
        "A public address makes a task or data store reachable from the internet as soon as a security-group rule "
        "and a route allow it. Behind a load balancer or NAT gateway it never needs one."
    )
    remediation = "Set assign_public_ip, publicly_accessible and map_public_ip_on_launch to false."
    references = (
        "FSBP ECS.2",
        "FSBP RDS.2",
        "FSBP EC2.15",
        "CKV_AWS_17",
        "CKV_AWS_130",
        "CKV_AWS_333",
        "Prowler ecs_service_no_assign_public_ip",
    )
    resource_types = tuple(_ARGUMENTS)
    passing = (
        Example(title="a task without a public address", resources=_service(public=False)),
        Example(title="a private database", resources=_database(public=False)),
    )
    failing = (
        Example(title="a task with a public address", resources=_service(public=True)),
        Example(title="a publicly accessible database", resources=_database(public=True)),
        Example(
            title="a subnet that assigns public addresses",
            resources=merge(vpc(), subnet("app_a", "10.0.2.0/24", map_public_ip_on_launch=True)),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check the argument that assigns a public address; its default is false."""
        reader = Reader(configuration)
        for resource in configuration.of_type(*self.resource_types):
            path = _ARGUMENTS[resource.type]
            outer = resource.body.get(path[0])
            value = reader.plain(outer if isinstance(outer, str) else resource.get(*path))
            if value in (True, "true"):
                yield Finding.fail(resource, f"{path[-1]} is true")
            elif not reader.is_absent(value) and not is_known(value):
                yield Finding.unknown(resource, f"{path[-1]} is not known before the apply: {value}")


rule = PublicAddress()
