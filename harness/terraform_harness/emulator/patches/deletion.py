"""Resources that moto keeps after the resource that owns them is deleted."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.vpcs import VPCBackend
from moto.ecs.models import EC2ContainerServiceBackend
from moto.route53 import route53_backends
from moto.servicediscovery.models import ServiceDiscoveryBackend

from terraform_harness.emulator.patches.patch import patch

_delete_vpc = VPCBackend.delete_vpc
_delete_nat_gateway = NatGatewayBackend.delete_nat_gateway
_delete_namespace = ServiceDiscoveryBackend.delete_namespace


@patch(VPCBackend, reason="moto leaves the default network ACL of a deleted VPC")
def delete_vpc(self: Any, vpc_id: str) -> Any:
    vpc = _delete_vpc(self, vpc_id)
    for name in [name for name, acl in self.network_acls.items() if acl.vpc_id == vpc_id]:
        del self.network_acls[name]
    return vpc


@patch(NatGatewayBackend, reason="moto leaves the network interface of a deleted NAT gateway")
def delete_nat_gateway(self: Any, nat_gateway_id: str) -> Any:
    gateway = _delete_nat_gateway(self, nat_gateway_id)
    self.enis.pop(gateway._eni.id, None)  # noqa: SLF001 moto has no public attribute for it
    return gateway


@patch(EC2ContainerServiceBackend, reason="ECS lists active clusters only; moto lists deleted clusters too")
def list_clusters(self: Any) -> list[str]:
    return [cluster.arn for cluster in self.clusters.values() if cluster.status == "ACTIVE"]


@patch(ServiceDiscoveryBackend, reason="moto leaves the hosted zone of a deleted private DNS namespace")
def delete_namespace(self: Any, namespace_id: str) -> Any:
    namespace = self.get_namespace(namespace_id)
    zone = (namespace.dns_properties or {}).get("HostedZoneId", "").rsplit("/", 1)[-1]
    operation = _delete_namespace(self, namespace_id)
    route53_backends[self.account_id]["aws"].zones.pop(zone, None)
    return operation
