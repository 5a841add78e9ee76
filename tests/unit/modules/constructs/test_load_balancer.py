"""The load balancer: listeners, health check, execution API."""

from __future__ import annotations

import pytest

from tests.reading import services
from tests.synthesis import deployed

TOPOLOGIES = ("sequential", "single", "local", "celery")


@pytest.mark.feature("C1")
def test_health_check_calls_the_api_server() -> None:
    check = deployed().only("aws_lb_target_group").get("health_check")
    assert (check["path"], check["matcher"]) == ("/api/v2/monitor/health", "200")
    service, _ = services(deployed())["api-server"]
    assert service.body["health_check_grace_period_seconds"] >= 120, "a start at a quarter of a vCPU takes 33 s"


@pytest.mark.feature("T5")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_load_balancer_denies_the_execution_api(topology: str) -> None:
    deployment = deployed(topology=topology)
    https = deployment.only("aws_lb_listener", port=443)
    rule = deployment.only("aws_lb_listener_rule", listener_arn=f"${{{https.key}.arn}}")
    assert rule.get("condition", 0, "path_pattern", "values") == ["/execution", "/execution/*"]
    assert rule.get("action", 0, "type") == "fixed-response"
    assert rule.get("action", 0, "fixed_response", "status_code") == "403"
    assert rule.body["priority"] == 1, "before any rule that forwards"


@pytest.mark.feature("N6")
def test_http_redirects_to_https() -> None:
    action = deployed().only("aws_lb_listener", port=80).get("default_action", 0)
    assert action["type"] == "redirect"
    assert action["redirect"] == {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}


@pytest.mark.feature("N6")
def test_https_uses_the_given_certificate_and_a_modern_policy() -> None:
    deployment = deployed()
    listener = deployment.only("aws_lb_listener", port=443)
    assert listener.body["certificate_arn"] == deployment.environment.load_balancer.certificate_arn
    assert listener.body["ssl_policy"].startswith("ELBSecurityPolicy-TLS13-")
    assert not deployment.of("aws_acm_certificate", "aws_route53_record")
