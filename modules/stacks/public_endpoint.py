"""Certificate, load balancer, firewall and public name, put together as an environment wants them."""

from __future__ import annotations

from constructs import Construct

from environments.sections.network import LoadBalancer as Wanted
from modules.constructs.certificate import Certificate, PublicName
from modules.constructs.load_balancer import LoadBalancer
from modules.constructs.web_firewall import WebFirewall
from modules.core.airflow_process import API_SERVER
from modules.core.connections import Connections
from modules.stacks.foundation import FoundationReference


class Door(Construct):
    """The only way in from outside; part of the stack, not a module of its own."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        foundation: FoundationReference,
        wanted: Wanted,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        self._balancer = LoadBalancer(
            self,
            "load-balancer",
            name=name,
            network=foundation.network,
            certificate_arn=wanted.certificate_arn or self._certificate(wanted),
            allowed_cidrs=wanted.allowed_cidrs or (foundation.network.cidr,),
            target_port=API_SERVER.port or 0,
            scheme=wanted.scheme,
            ssl_policy=wanted.ssl_policy,
            access_logs_bucket=foundation.access_logs_bucket,
            deletion_protection=wanted.deletion_protection,
        )
        if wanted.waf:
            WebFirewall(
                self,
                "firewall",
                name=name,
                load_balancer_arn=self._balancer.arn,
                key_arn=foundation.data_key_arn,
                log_retention_days=log_retention_days,
            )
        self.url = f"https://{self._name(wanted)}"
        self.target_group_arn = self._balancer.target_group_arn
        self.listeners = self._balancer.listeners
        self.arn_suffix, self.target_group_arn_suffix = (
            self._balancer.arn_suffix,
            self._balancer.target_group_arn_suffix,
        )

    def open_to(self, server: Connections) -> None:
        """Let requests through to ``server``."""
        self._balancer.open_to(server)

    def _certificate(self, wanted: Wanted) -> str:
        domain_name, zone_id = _both(wanted)
        return Certificate(self, "certificate", domain_name=domain_name, hosted_zone_id=zone_id).arn

    def _name(self, wanted: Wanted) -> str:
        if wanted.hosted_zone_id and wanted.domain_name:
            PublicName(
                self,
                "public-name",
                domain_name=wanted.domain_name,
                hosted_zone_id=wanted.hosted_zone_id,
                dns_name=self._balancer.dns_name,
                zone_id=self._balancer.zone_id,
            )
        return wanted.domain_name or self._balancer.dns_name


def _both(wanted: Wanted) -> tuple[str, str]:
    if wanted.domain_name is None or wanted.hosted_zone_id is None:
        raise ValueError(
            "load_balancer without certificate_arn, domain_name and zone: environments.model lets none pass"
        )
    return wanted.domain_name, wanted.hosted_zone_id
