"""The network of an environment, new or existing, with its access to AWS APIs."""

from __future__ import annotations

from constructs import Construct

from environments.facts.naming import Names
from environments.model import Environment
from environments.sections.network import ExistingNetwork
from modules.constructs.aws_services import AwsServices, AwsServicesReference
from modules.constructs.flow_logs import FlowLogs
from modules.constructs.network import Network
from modules.constructs.network_acls import NetworkAcls
from modules.core.flows import Flows
from modules.core.grants import RoleSettings
from modules.core.network_reference import NetworkReference


class FoundationNetwork:
    """Creates the network in the stack ``scope``; all flows of the environment are declared in ``flows``."""

    def __init__(self, scope: Construct, environment: Environment, *, names: Names, flows: Flows) -> None:
        self._scope, self._environment, self._names, self._flows = scope, environment, names, flows
        existing = environment.network.existing
        self.reference, route_tables = self._new() if existing is None else self._existing(existing)
        self.aws_services: AwsServicesReference = AwsServices(
            scope,
            "aws-services",
            name=names.name,
            network=self.reference,
            route_table_ids=route_tables,
            region=environment.region,
            account_id=environment.account_id,
            private=environment.network.egress == "none",
            endpoints_security_group_id=existing.endpoints_security_group_id if existing else None,
        ).reference

    def add_flow_logs(self, *, key_arn: str, roles: RoleSettings) -> None:
        """Create the flow logs if the environment enables them."""
        if self._environment.network.flow_logs:
            FlowLogs(
                self._scope,
                "flow-logs",
                name=self._names.name,
                vpc_id=self.reference.vpc_id,
                log_group_name=f"{self._names.path}/flow-logs",
                key_arn=key_arn,
                retention_days=self._environment.logs.retention_days,
                roles=roles,
            )

    def add_network_acls(self) -> None:
        """Create the network ACLs of a new VPC from the declared flows; an existing VPC keeps its own."""
        if self._environment.network.existing is None:
            NetworkAcls(
                self._scope,
                "network-acls",
                name=self._names.name,
                network=self.reference,
                flows=self._flows.declared,
                through_nat=self._environment.network.egress != "none",
            )

    def _new(self) -> tuple[NetworkReference, list[str]]:
        section = self._environment.network
        network = Network(
            self._scope,
            "network",
            name=self._names.name,
            cidr=section.cidr,
            zones=section.zones,
            egress=section.egress,
            flows=self._flows,
        )
        return network.reference, network.application_route_table_ids

    def _existing(self, existing: ExistingNetwork) -> tuple[NetworkReference, list[str]]:
        network = NetworkReference(
            vpc_id=existing.vpc_id,
            cidr=existing.cidr,
            public_subnet_ids=list(existing.public_subnet_ids),
            application_subnet_ids=list(existing.application_subnet_ids),
            data_subnet_ids=list(existing.data_subnet_ids),
            flows=self._flows,
        )
        return network, list(existing.application_route_table_ids)
