"""The door that people come in through."""

from __future__ import annotations

from typing import Literal

from cdktf_cdktf_provider_aws.lb import Lb, LbAccessLogs
from cdktf_cdktf_provider_aws.lb_listener import LbListener, LbListenerDefaultAction, LbListenerDefaultActionRedirect
from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleActionFixedResponse,
    LbListenerRuleCondition,
    LbListenerRuleConditionPathPattern,
)
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup, LbTargetGroupHealthCheck
from constructs import Construct

from modules.core.connections import Connections, security_group
from modules.core.flows import Place
from modules.core.network_reference import NetworkReference

HTTPS, HTTP = 443, 80
# Components talk to the execution API with tokens of their own; nobody outside has a reason to.
EXECUTION_API = ("/execution", "/execution/*")


class LoadBalancer(Construct):
    """An ALB that speaks HTTPS only and keeps the execution API inside.

    Args:
        certificate_arn: ACM certificate of the listener.
        allowed_cidrs: IPv4 ranges that may connect.
        target_port: where the api-servers listen.
        access_logs_bucket: bucket that takes the access logs, if any.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        network: NetworkReference,
        certificate_arn: str,
        allowed_cidrs: tuple[str, ...],
        target_port: int,
        health_check_path: str = "/api/v2/monitor/health",
        scheme: Literal["internet-facing", "internal"] = "internal",
        ssl_policy: str = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        access_logs_bucket: str | None = None,
        deletion_protection: bool = True,
    ) -> None:
        super().__init__(scope, id_)
        self.connections = security_group(
            self,
            name=f"{name}-alb",
            place=Place("load-balancer", "public"),
            vpc_id=network.vpc_id,
            flows=network.flows,
            purpose="Load balancer of the api-servers",
        )
        self.connections.allow_from_outside(cidrs=allowed_cidrs, port=HTTPS, why="people and API clients")
        self.connections.allow_from_outside(cidrs=allowed_cidrs, port=HTTP, why="answered with a redirect to HTTPS")
        balancer = Lb(
            self,
            "Resource",
            name=name,
            load_balancer_type="application",
            internal=scheme == "internal",
            subnets=network.public_subnet_ids,
            security_groups=[self.connections.security_group_id],
            drop_invalid_header_fields=True,
            desync_mitigation_mode="strictest",
            enable_deletion_protection=deletion_protection,
            access_logs=LbAccessLogs(bucket=access_logs_bucket, enabled=True) if access_logs_bucket else None,
            tags={"Name": name},
        )
        targets = self._targets(name, network.vpc_id, target_port, health_check_path)
        listener = self._listener(balancer.arn, ssl_policy, certificate_arn, targets.arn)
        self.listeners = [listener, self._redirect(balancer.arn)]
        self._refuse_execution_api(listener.arn)
        self.arn: str = balancer.arn
        self.arn_suffix: str = balancer.arn_suffix
        self.dns_name: str = balancer.dns_name
        self.zone_id: str = balancer.zone_id
        self.target_group_arn: str = targets.arn
        self.target_group_arn_suffix: str = targets.arn_suffix

    def open_to(self, server: Connections) -> None:
        """Let the load balancer reach ``server`` on its default port."""
        server.allow_default_port_from(self.connections, why="requests and health checks")

    def _targets(self, name: str, vpc_id: str, port: int, health_check_path: str) -> LbTargetGroup:
        return LbTargetGroup(
            self,
            "targets",
            name=name,
            port=port,
            protocol="HTTP",
            target_type="ip",
            vpc_id=vpc_id,
            deregistration_delay="30",
            health_check=LbTargetGroupHealthCheck(
                path=health_check_path,
                matcher="200",
                interval=15,
                timeout=10,
                healthy_threshold=2,
                unhealthy_threshold=4,
            ),
        )

    def _listener(self, balancer: str, ssl_policy: str, certificate: str, targets: str) -> LbListener:
        return LbListener(
            self,
            "https",
            load_balancer_arn=balancer,
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy=ssl_policy,
            certificate_arn=certificate,
            default_action=[LbListenerDefaultAction(type="forward", target_group_arn=targets)],
        )

    def _redirect(self, balancer: str) -> LbListener:
        redirect = LbListenerDefaultActionRedirect(port=str(HTTPS), protocol="HTTPS", status_code="HTTP_301")
        return LbListener(
            self,
            "http",
            load_balancer_arn=balancer,
            port=HTTP,
            protocol="HTTP",
            default_action=[LbListenerDefaultAction(type="redirect", redirect=redirect)],
        )

    def _refuse_execution_api(self, listener: str) -> None:
        refusal = LbListenerRuleActionFixedResponse(
            content_type="text/plain", message_body="The execution API is internal.", status_code="403"
        )
        LbListenerRule(
            self,
            "execution-api-refused",
            listener_arn=listener,
            priority=1,
            action=[LbListenerRuleAction(type="fixed-response", fixed_response=refusal)],
            condition=[
                LbListenerRuleCondition(path_pattern=LbListenerRuleConditionPathPattern(values=list(EXECUTION_API)))
            ],
        )
