"""One statement opens the way in here and the way out there."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.core.flows import INTERNET, S3, Flow, Flows, Place


@dataclass(frozen=True)
class Connections:
    """A security group together with the flows that write its rules.

    ``scope`` is where rules that start here are written; a thing that is only reached needs none.
    """

    place: Place
    security_group_id: str
    flows: Flows
    scope: Construct | None = None
    default_port: int | None = None

    def allow_default_port_from(self, client: Connections, *, why: str) -> None:
        """Let ``client`` reach this on its default port.

        Raises:
            ValueError: this has no default port.
        """
        if self.default_port is None:
            raise ValueError(f"{self.place.name} has no default port")
        self.allow_from(client, port=self.default_port, why=why)

    def allow_from(self, client: Connections, *, port: int, why: str) -> None:
        """Ingress here and egress at ``client`` for one TCP port."""
        flow = Flow(source=client.place, destination=self.place, port=port, why=why)
        if flow in self.flows.declared:
            return
        client.write_egress(flow, referenced_security_group_id=self.security_group_id)
        _rule(
            VpcSecurityGroupIngressRule,
            client.require_scope(),
            f"ingress-at-{self.place.name}-{port}",
            flow,
            security_group_id=self.security_group_id,
            referenced_security_group_id=client.security_group_id,
        )

    def allow_from_outside(self, *, cidrs: tuple[str, ...], port: int, why: str) -> None:
        """Ingress here from addresses outside the VPC, one rule an address range."""
        outside = Place(name="clients", tier="internet", cidrs=cidrs)
        flow = Flow(source=outside, destination=self.place, port=port, why=why)
        self.flows.declare(flow)
        for index, cidr in enumerate(cidrs):
            name = f"ingress-from-clients-{port}" + (f"-{index}" if len(cidrs) > 1 else "")
            _rule(
                VpcSecurityGroupIngressRule,
                self.require_scope(),
                name,
                flow,
                security_group_id=self.security_group_id,
                cidr_ipv4=cidr,
            )

    def allow_to_internet(self, *, port: int, why: str) -> None:
        """Egress from here to any public address for one TCP port."""
        flow = Flow(source=self.place, destination=INTERNET, port=port, why=why)
        if flow not in self.flows.declared:
            self.write_egress(flow, cidr_ipv4=INTERNET.cidrs[0])

    def allow_to_s3(self, *, prefix_list_id: str, why: str) -> None:
        """Egress from here to S3 through its gateway endpoint."""
        flow = Flow(source=self.place, destination=S3, port=443, why=why)
        if flow not in self.flows.declared:
            self.write_egress(flow, prefix_list_id=prefix_list_id)

    def write_egress(self, flow: Flow, **peer: str) -> None:
        name = f"egress-to-{flow.destination.name}-{flow.port}"
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
        if self.scope is None:
            raise ValueError(f"{self.place.name} is only reached: it cannot start a connection")
        return self.scope


def _rule(kind: type, scope: Construct, name: str, flow: Flow, **peer: str) -> None:
    kind(
        scope,
        name,
        description=flow.why,
        ip_protocol=flow.protocol,
        from_port=flow.port,
        to_port=flow.port,
        **peer,
    )


def security_group(
    scope: Construct,
    *,
    name: str,
    place: Place,
    vpc_id: str,
    flows: Flows,
    purpose: str,
    default_port: int | None = None,
) -> Connections:
    """A security group that is closed both ways until a flow opens it.

    cdktf writes ``ingress`` and ``egress`` only when given; the provider then removes AWS's open egress rule.
    """
    group = SecurityGroup(
        scope,
        "security-group",
        name=name,
        description=purpose,
        vpc_id=vpc_id,
        revoke_rules_on_delete=True,
        tags={"Name": name, "airflow-fargate:place": place.name},
    )
    return Connections(place=place, security_group_id=group.id, flows=flows, scope=scope, default_port=default_port)
