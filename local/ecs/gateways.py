"""What a VPC's traffic passes or ends at: NAT gateways, AWS APIs, S3, the load balancer, and a person's computer."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any

from terraform_harness.packet_filters.namespace import NetworkNamespace
from terraform_harness.packet_filters.ruleset import Endpoint

from local.containers.engine import Container, EngineError
from local.ecs.fake_vpc import FakeVpc, namespace_of
from local.ecs.relay import Relay, on_loopback, to_loopback

HTTPS = 443
# The name of every AWS API in this VPC. It has the address of an interface endpoint where the VPC has one.
AWS_APIS = "api.aws.example"
DIAL_SECONDS = 5
NAT_RULES = """
table ip nat_gateway {}
delete table ip nat_gateway
table ip nat_gateway {
  chain out {
    type nat hook postrouting priority srcnat;
    oifname "eth1" meta l4proto { tcp, udp } masquerade to :1024-65535
  }
}
"""


@dataclass(kw_only=True)
class Gateways:
    """The gateways of a VPC.

    Args:
        emulator_port: loopback port of the AWS emulator.
        targets: addresses and port of the load balancer's healthy targets.
    """

    vpc: FakeVpc
    emulator_port: int
    targets: Callable[[], Sequence[tuple[str, int]]] = tuple
    _relays: list[Relay] = field(default_factory=list)
    _apis: dict[str, str] = field(default_factory=dict)

    def open(self) -> None:
        """Start what the account has: NAT gateways, endpoints and load balancer."""
        self._open_s3()
        self._open_load_balancer()
        self.refresh()

    def close(self) -> None:
        """Stop to serve; the VPC removes the containers."""
        for relay in self._relays:
            relay.close()

    def refresh(self) -> None:
        """Start NAT gateways and interface endpoints that are new in the account, and forget deleted ones."""
        self._open_nat_gateways()
        self._open_apis()

    def _described(self, operation: str, key: str) -> list[Any]:
        """What EC2 describes in the VPC."""
        call = getattr(self.vpc.aws.client("ec2"), operation)
        found: list[Any] = call(Filters=[{"Name": "vpc-id", "Values": [self.vpc.network.id]}])[key]
        return found

    def _vpc_endpoints(self, kind: str) -> list[Any]:
        endpoints = self._described("describe_vpc_endpoints", "VpcEndpoints")
        return [item for item in endpoints if item["VpcEndpointType"] == kind]

    def _open_nat_gateways(self) -> None:
        described = self._described("describe_nat_gateways", "NatGateways")
        found = {gateway["NatGatewayId"]: gateway for gateway in described if gateway["State"] == "available"}
        for id_ in [id_ for id_ in self.vpc.gateways if id_.startswith("nat-") and id_ not in found]:
            self.vpc.release(self.vpc.gateways.pop(id_))
        for id_ in found.keys() - self.vpc.gateways.keys():
            endpoint = self.vpc.new_endpoint("nat-gateway", subnets=[found[id_]["SubnetId"]], has_groups=False)
            namespace_of(self.vpc.hold(endpoint, "--sysctl", "net.ipv4.ip_forward=1")).nft(NAT_RULES)
            self.vpc.gateways[id_] = endpoint.address

    def _open_apis(self) -> None:
        """Serve the AWS APIs at an interface endpoint, or on the internet where the VPC has none."""
        endpoints = self._vpc_endpoints("Interface")
        key = endpoints[0]["VpcEndpointId"] if endpoints else "internet"
        if key not in self._apis:
            self._apis[key] = self._open_vpc_endpoint(endpoints[0]) if endpoints else self._open_public_apis()
        address = self._apis[key]
        self.vpc.records[AWS_APIS] = lambda: [address]

    def _open_vpc_endpoint(self, vpc_endpoint: Mapping[str, Any]) -> str:
        groups = [group["GroupId"] for group in vpc_endpoint["Groups"]]
        endpoint = self.vpc.new_endpoint("aws-apis", subnets=vpc_endpoint["SubnetIds"], groups=groups)
        self._serve_emulator(self.vpc.hold(endpoint), endpoint.address)
        return endpoint.address

    def _open_public_apis(self) -> str:
        container = self.vpc.pause("public-apis", "--network", self.vpc.internet)
        address = container.address
        self.vpc.outside(container, "aws-apis")
        self._serve_emulator(container, address)
        return address

    def _serve_emulator(self, container: Container, address: str) -> None:
        listener = namespace_of(container).listen(address, HTTPS)
        self._relays.append(Relay(listener, to_loopback(self.emulator_port)))

    def _open_s3(self) -> None:
        """S3 behind its gateway endpoint: an address of the prefix list, routed through an address of the VPC."""
        (vpc_endpoint,) = self._vpc_endpoints("Gateway")
        name = vpc_endpoint["ServiceName"]
        lists = self.vpc.aws.client("ec2").describe_managed_prefix_lists()["PrefixLists"]
        prefix_list = next(item["PrefixListId"] for item in lists if item["PrefixListName"] == name)
        self.s3 = _some_address(self.vpc.network.prefix_lists[prefix_list][0])
        endpoint = Endpoint(name="s3", address=self.vpc.addresses.outside())
        container = self.vpc.hold(endpoint)
        namespace_of(container).run("ip", "address", "replace", f"{self.s3}/32", "dev", "lo")
        self._serve_emulator(container, self.s3)
        self.vpc.gateways[vpc_endpoint["VpcEndpointId"]] = endpoint.address

    def _open_load_balancer(self) -> None:
        (found,) = self.vpc.aws.client("elbv2").describe_load_balancers()["LoadBalancers"]
        subnets = [zone["SubnetId"] for zone in found["AvailabilityZones"]]
        self.balancer = self.vpc.new_endpoint("load-balancer", subnets=subnets, groups=found["SecurityGroups"])
        container = self.vpc.hold(self.balancer)
        namespace = namespace_of(container)
        self._relays.append(Relay(namespace.listen(self.balancer.address, HTTPS), lambda: self._dial(namespace)))
        computer = namespace_of(self.vpc.hold(Endpoint(name="person", address=self.vpc.addresses.outside())))
        self._entry = Relay(on_loopback(), lambda: computer.connect(self.balancer.address, HTTPS, seconds=DIAL_SECONDS))
        self._relays.append(self._entry)

    def _dial(self, namespace: NetworkNamespace) -> socket.socket:
        for address, port in self.targets():
            try:
                return namespace.connect(address, port, seconds=DIAL_SECONDS)
            except OSError:
                continue
        raise OSError("no healthy target")

    def published(self) -> str:
        """The loopback address that leads to the load balancer, by way of a person's computer in the VPC."""
        return f"http://127.0.0.1:{self._entry.port}"

    def check_start(self, endpoint: Endpoint, namespace: NetworkNamespace) -> None:
        """Check what Fargate needs to start a task: it pulls image and secrets through the task's own interface.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-task-networking

        Raises:
            EngineError: the AWS APIs or S3 cannot be reached.
        """
        (apis,) = self.vpc.lookup(AWS_APIS) or ("",)
        for name, address in (("the AWS APIs", apis), ("S3", self.s3)):
            try:
                namespace.connect(address, HTTPS, seconds=DIAL_SECONDS).close()
            except OSError as error:
                raise EngineError(
                    f"ResourceInitializationError: {endpoint.name} cannot pull its image and secrets:"
                    f" {name} ({address}:{HTTPS}): {error}"
                ) from error


def _some_address(block: str) -> str:
    return str(IPv4Network(block)[10])
