"""The public endpoint of Airflow: load balancer, certificate, web firewall and DNS record."""

from __future__ import annotations

from constructs import Construct

from environments.facts.naming import Names
from environments.model import Environment
from environments.sections.network import LoadBalancer as LoadBalancerSection
from modules.constructs.certificate import Certificate
from modules.constructs.dns_record import DnsRecord
from modules.constructs.load_balancer import LoadBalancer, LoadBalancerSettings
from modules.constructs.web_firewall import WebFirewall
from modules.core.airflow_process import API_SERVER
from modules.core.connections import Connections
from modules.stacks.foundation import FoundationReference
from modules.stacks.settings import settings_from


class PublicEndpoint:
    """Creates in ``stack`` what accepts requests from outside the VPC.

    Args:
        stack: the stack of Airflow.
        environment: its section ``load_balancer`` decides what is created.
        names: names of the environment.
        foundation: network, access log bucket and KMS key.
    """

    def __init__(
        self, stack: Construct, environment: Environment, *, names: Names, foundation: FoundationReference
    ) -> None:
        self._stack, section = stack, environment.load_balancer
        self.load_balancer = LoadBalancer(
            stack,
            "load-balancer",
            name=names.name,
            network=foundation.network,
            certificate_arn=section.certificate_arn or self._certificate(section),
            allowed_cidrs=section.allowed_cidrs or (foundation.network.cidr,),
            target_port=API_SERVER.port or 0,
            settings=settings_from(section, LoadBalancerSettings, access_logs_bucket=foundation.access_logs_bucket),
            authenticates=environment.auth.at_load_balancer,
        )
        if section.waf:
            WebFirewall(
                stack,
                "web-firewall",
                name=names.name,
                load_balancer_arn=self.load_balancer.arn,
                key_arn=foundation.data_key_arn,
                log_retention_days=environment.logs.retention_days,
            )
        self.url = f"https://{self._host(section)}"

    def open_to(self, server: Connections) -> None:
        """Allow the load balancer to connect to ``server``."""
        self.load_balancer.open_to(server)

    def _certificate(self, section: LoadBalancerSection) -> str:
        if section.domain_name is None or section.validation_zone_id is None:
            raise ValueError(
                "load_balancer needs certificate_arn, or domain_name and hosted_zone_id: "
                "environments.rules should have rejected the environment"
            )
        domain_name, zone_id = section.domain_name, section.validation_zone_id
        return Certificate(self._stack, "certificate", domain_name=domain_name, hosted_zone_id=zone_id).arn

    def _host(self, section: LoadBalancerSection) -> str:
        if section.hosted_zone_id and section.domain_name:
            DnsRecord(
                self._stack,
                "dns-record",
                domain_name=section.domain_name,
                hosted_zone_id=section.hosted_zone_id,
                dns_name=self.load_balancer.dns_name,
                zone_id=self.load_balancer.zone_id,
            )
        return section.domain_name or self.load_balancer.dns_name
