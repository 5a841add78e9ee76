"""Security groups whose ingress and egress rules are written together, from one declared flow."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.core.flows import INTERNET, S3, Endpoint, Flow, Flows, identifier
from modules.core.network_reference import NetworkReference


@dataclass(frozen=True)
class Connections:
    """A security group and the operations that add rules to it.

    Args:
        endpoint: the endpoint of the security group.
        security_group_id: id of the security group.
        flows: the declared flows of the environment; every rule adds its flow.
        scope: construct that gets the rules of connections which start here; ``None`` for an endpoint of another
            stack, which can only be a destination.
        default_port: TCP port that the endpoint serves, if any.
    """

    endpoint: Endpoint
    security_group_id: str
    flows: Flows
    scope: Construct | None = None
    default_port: int | None = None

    def allow_default_port_from(self, client: Connections, *, why: str) -> None:
        """Allow ``client`` to connect to the default port of this endpoint.

        Args:
            client: the source of the connections.
            why: purpose; becomes the description of both rules.

        Raises:
            ValueError: this endpoint has no default port, or ``client`` has no scope.
        """
        if self.default_port is None:
            raise ValueError(f"{self.endpoint.name} has no default port")
        self.allow_from(client, port=self.default_port, why=why)

    def allow_from(self, client: Connections, *, port: int, why: str) -> None:
        """Write ingress at this endpoint and egress at ``client`` for one TCP port.

        Args:
            client: the source of the connections.
            port: TCP port of this endpoint.
            why: purpose; becomes the description of both rules.

        Raises:
            ValueError: ``client`` has no scope.
        """
        flow = Flow(source=client.endpoint, destination=self.endpoint, port=port, why=why)
        if flow in self.flows.declared:
            return
        client.write_egress(flow, referenced_security_group_id=self.security_group_id)
        _rule(
            VpcSecurityGroupIngressRule,
            client.require_scope(),
            f"ingress-at-{self.endpoint.name}-{port}",
            flow,
            security_group_id=self.security_group_id,
            referenced_security_group_id=client.security_group_id,
        )

    def allow_from_outside(self, *, cidrs: tuple[str, ...], port: int, why: str) -> None:
        """Write ingress from addresses outside the VPC, one rule for each block.

        Args:
            cidrs: IPv4 blocks of the clients.
            port: TCP port of this endpoint.
            why: purpose; becomes the description of the rules.
        """
        outside = Endpoint(name="clients", tier="internet", cidrs=cidrs)
        flow = Flow(source=outside, destination=self.endpoint, port=port, why=why)
        self.flows.declare(flow)
        for cidr in cidrs:
            _rule(
                VpcSecurityGroupIngressRule,
                self.require_scope(),
                f"ingress-from-clients-{port}-{identifier(cidr)}",
                flow,
                security_group_id=self.security_group_id,
                cidr_ipv4=cidr,
            )

    def allow_to_internet(self, *, port: int, why: str) -> None:
        """Write egress from this endpoint to every public address for one TCP port."""
        flow = Flow(source=self.endpoint, destination=INTERNET, port=port, why=why)
        if flow not in self.flows.declared:
            self.write_egress(flow, cidr_ipv4=INTERNET.cidrs[0])

    def allow_to_s3(self, *, prefix_list_id: str, why: str) -> None:
        """Write egress from this endpoint to S3 through the gateway endpoint with ``prefix_list_id``."""
        flow = Flow(source=self.endpoint, destination=S3, port=443, why=why)
        if flow not in self.flows.declared:
            self.write_egress(flow, prefix_list_id=prefix_list_id)

    def allow_to(self, destination: Endpoint, *, ports: tuple[int, int], why: str, security_group_id: str = "") -> None:
        """Write egress from this endpoint to a destination outside of the environment for a range of TCP ports.

        Args:
            destination: the destination; its CIDR blocks name it unless it has a security group.
            ports: first and last port.
            why: purpose; becomes the description of the rules.
            security_group_id: security group of the destination, whose owner writes the ingress rule.
        """
        first, last = ports
        last_port = last if last > first else 0
        flow = Flow(source=self.endpoint, destination=destination, port=first, why=why, last_port=last_port)
        if flow in self.flows.declared:
            return
        if security_group_id:
            self.write_egress(flow, referenced_security_group_id=security_group_id)
        for cidr in () if security_group_id else destination.cidrs:
            self.write_egress(flow, cidr_ipv4=cidr)

    def write_egress(self, flow: Flow, **peer: str) -> None:
        """Write the egress rule of ``flow`` and declare the flow; ``peer`` is the destination as the rule names it."""
        name = "-".join(["egress-to", flow.destination.name, *(str(port) for port in sorted(set(flow.ports)))])
        _rule(
            VpcSecurityGroupEgressRule,
            self.require_scope(),
            name,
            flow,
            security_group_id=self.security_group_id,
            **peer,
        )
        self.flows.declare(flow)

    def require_scope(self) -> Construct:
        """Return the scope of this endpoint's rules.

        Raises:
            ValueError: the endpoint belongs to another stack.
        """
        if self.scope is None:
            raise ValueError(f"{self.endpoint.name} belongs to another stack: its rules cannot be written here")
        return self.scope


def _rule(kind: type, scope: Construct, name: str, flow: Flow, **peer: str) -> None:
    kind(
        scope,
        name,
        description=flow.why,
        ip_protocol=flow.protocol,
        from_port=flow.ports[0],
        to_port=flow.ports[1],
        **peer,
    )


def security_group(
    scope: Construct,
    *,
    name: str,
    endpoint: Endpoint,
    network: NetworkReference,
    purpose: str,
    default_port: int | None = None,
) -> Connections:
    """Create a security group without rules.

    The provider removes the open egress rule of AWS because the resource has neither ``ingress`` nor ``egress``.

    Args:
        scope: construct that gets the security group and its rules.
        name: name of the security group in AWS.
        endpoint: endpoint of the security group. Its name is the value of the tag ``airflow-fargate:place``, whose key
            stays as it is in deployed resources.
        network: VPC of the security group, and the declared flows of the environment.
        purpose: description of the security group.
        default_port: TCP port that the endpoint serves, if any.
    """
    group = SecurityGroup(
        scope,
        "security-group",
        name=name,
        description=purpose,
        vpc_id=network.vpc_id,
        revoke_rules_on_delete=True,
        tags={"Name": name, "airflow-fargate:place": endpoint.name},
    )
    return Connections(
        endpoint=endpoint, security_group_id=group.id, flows=network.flows, scope=scope, default_port=default_port
    )
