"""Calls that AWS rejects because of what exists already."""

from __future__ import annotations

from itertools import chain
from typing import Any

from terraform_harness.emulator.validation.requests import Call
from terraform_harness.emulator.validation.rules.rule import rule
from terraform_harness.emulator.validation.violation import Violation

EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/"
RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/"
SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/"
CLOUD_MAP = "https://docs.aws.amazon.com/cloud-map/latest/api/"
PRIVATE_DNS = "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html"
ENDED = ("deleted", "deleting")


@rule("ec2:DeleteSecurityGroup", source=EC2 + "API_DeleteSecurityGroup.html")
def security_group_is_not_referenced(call: Call) -> None:
    ec2, group_id = call.backend("ec2"), call.parameters.get("GroupId", "")
    for group in chain.from_iterable(groups.values() for groups in ec2.groups.values()):
        rules = [*group.ingress_rules, *group.egress_rules] if group.id != group_id else ()
        if any((rule.source_group or {}).get("GroupId") == group_id for rule in rules):
            raise Violation(
                "DependencyViolation", f"resource {group_id} has a dependent object: a rule of {group.id} names it"
            )


@rule("rds:DeleteDBInstance", source=RDS + "API_DeleteDBInstance.html")
def final_snapshot_is_new(call: Call) -> None:
    name, rds = call.parameters.get("FinalDBSnapshotIdentifier", ""), call.backend("rds")
    if name and name in rds.database_snapshots:
        raise Violation(
            "DBSnapshotAlreadyExists", f"Cannot create the snapshot because a snapshot with name {name} exists"
        )


@rule("secretsmanager:CreateSecret", source=SECRETS + "API_CreateSecret.html")
def secret_is_not_in_its_recovery_window(call: Call) -> None:
    name = call.parameters["Name"]
    secrets = call.backend("secretsmanager").secrets
    if name in secrets and secrets[name].is_deleted():
        raise Violation(
            "InvalidRequestException",
            f"You can't create this secret because a secret with this name is already scheduled for deletion: {name}",
        )


@rule("servicediscovery:DeleteService", source=CLOUD_MAP + "API_DeleteService.html")
def cloud_map_service_has_no_instances(call: Call) -> None:
    service_id = call.parameters["Id"].rsplit("/", 1)[-1]
    service = call.backend("servicediscovery").services.get(service_id)
    if count := len(getattr(service, "instances", ())):
        raise Violation(
            "ResourceInUse", f"Service contains registered instances; delete the {count} of {service_id} first"
        )


@rule("servicediscovery:DeleteNamespace", source=CLOUD_MAP + "API_DeleteNamespace.html")
def cloud_map_namespace_has_no_services(call: Call) -> None:
    namespace = call.parameters["Id"].rsplit("/", 1)[-1]
    services = call.backend("servicediscovery").services.values()
    if names := sorted(service.name for service in services if service.namespace_id == namespace):
        raise Violation("ResourceInUse", f"Namespace {namespace} contains services: {', '.join(names)}")


@rule("ec2:CreateVpcEndpoint", source=PRIVATE_DNS)
def private_dns_is_unique_in_the_vpc(call: Call) -> None:
    parameters, ec2 = call.parameters, call.backend("ec2")
    # AWS enables private DNS of an interface endpoint unless the request disables it.
    if parameters.get("VpcEndpointType") != "Interface" or not parameters.get("PrivateDnsEnabled", True):
        return
    vpc_id, service = parameters["VpcId"], parameters.get("ServiceName", "")
    if any(_has_private_dns(endpoint, vpc_id, service) for endpoint in ec2.vpc_end_points.values()):
        raise Violation(
            "InvalidParameter",
            f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {service} in "
            f"the VPC {vpc_id}",
        )
    _vpc_resolves_names(ec2, vpc_id)


def _has_private_dns(endpoint: Any, vpc_id: str, service: str) -> bool:
    same = endpoint.vpc_id == vpc_id and endpoint.service_name == service
    private = str(endpoint.private_dns_enabled).lower() != "false"
    return bool(same and endpoint.vpc_endpoint_type == "Interface" and private and endpoint.state not in ENDED)


def _vpc_resolves_names(ec2: Any, vpc_id: str) -> None:
    if (vpc := ec2.vpcs.get(vpc_id)) is None:
        return
    if not (_is_true(vpc.enable_dns_support) and _is_true(vpc.enable_dns_hostnames)):
        raise Violation(
            "InvalidParameter",
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "
            f"{vpc_id}",
        )


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"
