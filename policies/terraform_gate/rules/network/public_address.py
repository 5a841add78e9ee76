"""AF_NET_8: only load balancers and NAT gateways have public addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from terraform_gate.configuration import Configuration
from terraform_gate.finding import Finding, Severity
from terraform_gate.network.reading.endpoint_types import PUBLIC_ADDRESS
from terraform_gate.network.reading.reader import Reader
from terraform_gate.reading.expression import is_known
from terraform_gate.reading.json_document import document
from terraform_gate.rule import Example
from terraform_gate.rules.shared.endpoint_examples import database, ecs_service
from terraform_gate.rules.shared.network_examples import security_group, subnet, vpc
from terraform_gate.rules.shared.network_rule import NetworkRule
from terraform_gate.rules.shared.resources import Resources, merge

_ARGUMENTS = {**PUBLIC_ADDRESS, "aws_subnet": ("map_public_ip_on_launch",)}
_ELASTIC = {
    "aws_eip": ("instance", "network_interface"),
    "aws_eip_association": ("instance_id", "network_interface_id"),
}
"""Resource type -> arguments that give an Elastic IP address to a host; NAT gateways and load balancers name theirs."""
_DOCUMENTS: Mapping[str, tuple[str | int, ...]] = {
    "aws_sfn_state_machine": ("definition",),
    "aws_scheduler_schedule": ("target", 0, "input"),
    "aws_batch_job_definition": ("container_properties",),
}
"""Resource type -> path of a JSON document that can run ECS tasks or Fargate jobs."""
_STATE_MACHINE = {
    "StartAt": "Migrate",
    "States": {
        "Migrate": {
            "Type": "Task",
            "Resource": "arn:aws:states:::ecs:runTask.sync",
            "Parameters": {
                "Cluster": "main",
                "TaskDefinition": "migrate",
                "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"], "AssignPublicIp": "ENABLED"}},
            },
            "End": True,
        }
    },
}


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
        "and a route allow it. Behind a load balancer or NAT gateway, no task needs a public address."
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
    resource_types = (*_ARGUMENTS, *_ELASTIC, *(kind for kind in _DOCUMENTS if kind not in _ARGUMENTS))
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
        Example(
            title="a host with an Elastic IP address",
            resources={"aws_eip": {"host": {"domain": "vpc", "instance": "i-0a1b2c3d4e5f60718"}}},
        ),
        Example(
            title="a state machine that runs tasks with public addresses",
            not_plannable_because="the provider validates the definition in the account",
            resources={
                "aws_sfn_state_machine": {
                    "migrate": {
                        "name": "migrate",
                        "role_arn": "arn:aws:iam::111111111111:role/states",
                        "definition": json.dumps(_STATE_MACHINE),
                    }
                }
            },
        ),
        Example(
            title="a schedule that runs a task with a public address",
            resources={
                "aws_scheduler_schedule": {
                    "nightly": {
                        "schedule_expression": "rate(1 day)",
                        "flexible_time_window": {"mode": "OFF"},
                        "target": {
                            "arn": "arn:aws:ecs:eu-central-1:111111111111:cluster/main",
                            "role_arn": "arn:aws:iam::111111111111:role/schedule",
                            "ecs_parameters": {
                                "task_definition_arn": "arn:aws:ecs:eu-central-1:111111111111:task-definition/nightly",
                                "network_configuration": {"subnets": ["subnet-0a1b2c3d"], "assign_public_ip": True},
                            },
                        },
                    }
                }
            },
        ),
    )

    def findings(self, configuration: Configuration) -> Iterator[Finding]:
        """Check the argument that assigns a public address; its default is false."""
        reader = Reader(configuration)
        for resource in configuration.of_type(*_ARGUMENTS):
            path = _ARGUMENTS[resource.type]
            outer = resource.body.get(path[0])
            value = reader.plain(outer if isinstance(outer, str) else resource.get(*path))
            if value in (True, "true", "ENABLED"):
                yield Finding.fail(resource, f"{path[-1]} is true")
            elif not reader.is_absent(value) and not is_known(value):
                yield Finding.unknown(resource, f"{path[-1]} is not known before the apply: {value}")
        for kind, arguments in _ELASTIC.items():
            for resource in configuration.of_type(kind):
                used = [name for name in arguments if not reader.is_absent(resource.body.get(name))]
                yield from (Finding.fail(resource, f"{name} gets an Elastic IP address") for name in used[:1])
        for kind, document_path in _DOCUMENTS.items():
            for resource in configuration.of_type(kind):
                if _assigns(document(resource.get(*document_path))):
                    yield Finding.fail(resource, f"{document_path[-1]} runs tasks with AssignPublicIp ENABLED")


def _assigns(value: Any) -> bool:
    """Whether a document contains a network configuration that assigns public addresses, at any depth."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        value = document(value)  # the input of a schedule can be a document inside a document
    if isinstance(value, Mapping):
        named = {str(name).lower().removesuffix(".$"): item for name, item in value.items()}
        return str(named.get("assignpublicip")).upper() == "ENABLED" or any(map(_assigns, value.values()))
    return isinstance(value, list) and any(map(_assigns, value))


rule = PublicAddress()
