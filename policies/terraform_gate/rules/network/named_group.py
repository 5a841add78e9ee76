"""AF_NET_9: workloads in a VPC name their security groups."""

from __future__ import annotations

from collections.abc import Iterator

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.model import Kind
from terraform_gate.network.reading.endpoint_types import ENDPOINT_TYPES
from terraform_gate.network.reading.reader import Reader
from terraform_gate.rule import Example
from terraform_gate.rules.shared.endpoint_examples import ecs_service
from terraform_gate.rules.shared.network_examples import security_group, subnet, vpc
from terraform_gate.rules.shared.network_rule import NetworkRule
from terraform_gate.rules.shared.resources import merge

_TASKS = tuple(kind for kind, endpoint_type in ENDPOINT_TYPES.items() if endpoint_type.kind is Kind.LINUX_TASK)
_TYPES = (*_TASKS, "aws_instance")
_ELSEWHERE = ("network_interface", "primary_network_interface", "launch_template", "security_groups")
"""Arguments of an instance that name groups in another place."""


class NamedGroup(NetworkRule):
    """Services, schedules, instances, functions and jobs in a VPC without a security group."""

    id = "AF_NET_9"
    title = "Every service, schedule, instance, function and job in a VPC names a security group"
    severity = Severity.MEDIUM
    why = (
        "Without a security group, AWS uses the default group of the VPC. All resources without a security group "
        "share it, so a port that is opened for one of them is open for all."
    )
    remediation = "Give every workload its own security group."
    references = ()
    resource_types = _TYPES
    passing = (
        Example(
            title="a service with a group",
            resources=merge(vpc(), security_group("web"), ecs_service("web", groups=("web",))),
        ),
        Example(
            title="a function outside of every VPC",
            resources={
                "aws_lambda_function": {
                    "job": {
                        "function_name": "job",
                        "role": "arn:aws:iam::111111111111:role/job",
                        "runtime": "python3.12",
                        "handler": "job.run",
                        "s3_bucket": "code",
                        "s3_key": "job.zip",
                    }
                }
            },
        ),
    )
    failing = (
        Example(title="a service without a group", resources=merge(vpc(), ecs_service("web", groups=()))),
        Example(
            title="an instance without a group",
            resources=merge(
                vpc(),
                subnet("app_a", "10.0.2.0/24"),
                {
                    "aws_instance": {
                        "host": {
                            "ami": "ami-0a1b2c3d4e5f60718",
                            "instance_type": "t4g.micro",
                            "subnet_id": "${aws_subnet.app_a.id}",
                        }
                    }
                },
            ),
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check the resources that have subnets."""
        reader = Reader(configuration)
        for resource in configuration.of_type(*_TYPES):
            endpoint_type = ENDPOINT_TYPES[resource.type]
            in_vpc = not reader.is_absent(resource.get(*endpoint_type.subnets))
            elsewhere = resource.type == "aws_instance" and any(resource.get(name) for name in _ELSEWHERE)
            if in_vpc and not elsewhere and reader.is_absent(resource.get(*endpoint_type.groups)):
                yield Finding.fail(resource, f"{endpoint_type.groups[-1]} is empty: the default security group applies")


rule = NamedGroup()
