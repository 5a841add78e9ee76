"""The application load balancer of the api-servers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cdktf_cdktf_provider_aws.lb import Lb, LbAccessLogs
from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionFixedResponse,
    LbListenerDefaultActionRedirect,
)
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
from modules.core.deferrable import equals
from modules.core.flows import Endpoint
from modules.core.network_reference import NetworkReference
from modules.core.sign_on_rules import NOT_READY, UNAVAILABLE, add_sign_on_rules

HTTPS, HTTP = 443, 80
# Components call the execution API by its internal name: the load balancer answers 403 on these paths.
EXECUTION_API = ("/execution", "/execution/*")


@dataclass(frozen=True)
class LoadBalancerSettings:
    """The settings of the load balancer that differ between environments.

    Args:
        scheme: ``internal`` or ``internet-facing``.
        ssl_policy: security policy of the HTTPS listener.
        deletion_protection: reject deletion of the load balancer.
        health_check_path: path of the target group's health check.
        access_logs_bucket: name of the bucket that gets the access logs, if any.
    """

    scheme: Literal["internet-facing", "internal"] = "internal"
    ssl_policy: str = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    deletion_protection: bool = True
    health_check_path: str = "/api/v2/monitor/health"
    access_logs_bucket: str | None = None


class LoadBalancer(Construct):
    """An application load balancer that forwards HTTPS, redirects HTTP and blocks the execution API.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: name of the load balancer and its target group.
        network: VPC and public subnets.
        certificate_arn: ACM certificate of the HTTPS listener.
        allowed_cidrs: IPv4 blocks that may connect.
        target_port: TCP port of the api-servers.
        settings: scheme, security policy, protection and access logs.
        authenticates: let people in only with a session of the identity provider; the listener answers 503 to them
            until ``operations deploy`` has set the actions with the client secret.

    Example:
        >>> balancer = LoadBalancer(stack, "load-balancer", name="airflow-prod", network=network, target_port=8080,
        ...                         certificate_arn="arn:aws:acm:eu-central-1:111122223333:certificate/example",
        ...                         allowed_cidrs=("10.0.0.0/16",), settings=LoadBalancerSettings())
        >>> resource("aws_lb_listener.load_balancer_http")["default_action"][0]["type"]
        'redirect'
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
        settings: LoadBalancerSettings,
        authenticates: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        self.connections = security_group(
            self,
            name=f"{name}-alb",
            endpoint=Endpoint("load-balancer", "public"),
            network=network,
            purpose="Load balancer of the api-servers",
        )
        self.connections.allow_from_outside(cidrs=allowed_cidrs, port=HTTPS, why="people and API clients")
        self.connections.allow_from_outside(cidrs=allowed_cidrs, port=HTTP, why="answered with a redirect to HTTPS")
        bucket = settings.access_logs_bucket
        balancer = Lb(
            self,
            "Resource",
            name=name,
            load_balancer_type="application",
            internal=equals(settings.scheme, "internal"),
            subnets=network.public_subnet_ids,
            security_groups=[self.connections.security_group_id],
            drop_invalid_header_fields=True,
            desync_mitigation_mode="strictest",
            enable_deletion_protection=settings.deletion_protection,
            access_logs=LbAccessLogs(bucket=bucket, enabled=True) if bucket else None,
            tags={"Name": name},
        )
        targets = self._targets(name, network.vpc_id, target_port, settings.health_check_path)
        default = self._not_ready() if authenticates else self._forward(targets.arn)
        listener = self._listener(balancer.arn, settings.ssl_policy, certificate_arn, default)
        self.listeners = [listener, self._redirect(balancer.arn)]
        self._deny_execution_api(listener.arn)
        if authenticates:
            self.connections.allow_to_internet(port=HTTPS, why="sign-in at the identity provider")
            add_sign_on_rules(self, listener_arn=listener.arn, target_group_arn=targets.arn)
        self.arn: str = balancer.arn
        self.arn_suffix: str = balancer.arn_suffix
        self.dns_name: str = balancer.dns_name
        self.zone_id: str = balancer.zone_id
        self.target_group_arn: str = targets.arn
        self.target_group_arn_suffix: str = targets.arn_suffix

    def open_to(self, server: Connections) -> None:
        """Allow the load balancer to connect to the default port of ``server``."""
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

    def _forward(self, targets: str) -> LbListenerDefaultAction:
        return LbListenerDefaultAction(type="forward", target_group_arn=targets)

    def _not_ready(self) -> LbListenerDefaultAction:
        answer = LbListenerDefaultActionFixedResponse(
            content_type="text/plain", message_body=NOT_READY, status_code=UNAVAILABLE
        )
        return LbListenerDefaultAction(type="fixed-response", fixed_response=answer)

    def _listener(
        self, balancer: str, ssl_policy: str, certificate: str, default: LbListenerDefaultAction
    ) -> LbListener:
        return LbListener(
            self,
            "https",
            load_balancer_arn=balancer,
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy=ssl_policy,
            certificate_arn=certificate,
            default_action=[default],
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

    def _deny_execution_api(self, listener: str) -> None:
        response = LbListenerRuleActionFixedResponse(
            content_type="text/plain", message_body="The execution API is internal.", status_code="403"
        )
        LbListenerRule(
            self,
            "deny-execution-api",
            listener_arn=listener,
            priority=1,
            action=[LbListenerRuleAction(type="fixed-response", fixed_response=response)],
            condition=[
                LbListenerRuleCondition(path_pattern=LbListenerRuleConditionPathPattern(values=list(EXECUTION_API)))
            ],
        )
