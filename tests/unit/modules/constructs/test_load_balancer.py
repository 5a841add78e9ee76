"""The load balancer: listeners, health check, execution API."""

from __future__ import annotations

import pytest
from terraform_harness.assertions.matchers import compare
from terraform_harness.assertions.template import Match

from tests.reading import services
from tests.synthesis import deployed
from tests.unit.modules.variants import AUTHENTICATES, TOPOLOGIES


@pytest.mark.feature("C1")
def test_health_check_calls_the_api_server() -> None:
    check = {"path": "/api/v2/monitor/health", "matcher": "200"}
    deployed().only("aws_lb_target_group", health_check=check)
    service, _ = services(deployed())["api-server"]
    assert service.body["health_check_grace_period_seconds"] >= 120, "a start at a quarter of a vCPU takes 33 s"


@pytest.mark.feature("T5")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_load_balancer_denies_the_execution_api(topology: str) -> None:
    deployment = deployed(topology=topology)
    https = deployment.only("aws_lb_listener", port=443)
    deployment.only(
        "aws_lb_listener_rule",
        listener_arn=f"${{{https.address}.arn}}",
        condition=[{"path_pattern": {"values": ["/execution", "/execution/*"]}}],
        action=[{"type": "fixed-response", "fixed_response": {"status_code": "403"}}],
        priority=1,
    )


@pytest.mark.feature("N6")
def test_http_redirects_to_https() -> None:
    redirect = {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}
    listener = deployed().only("aws_lb_listener", port=80, default_action=[{"type": "redirect"}])
    assert listener.get("default_action", 0, "redirect") == redirect


@pytest.mark.feature("N6")
def test_https_uses_the_given_certificate_and_a_modern_policy() -> None:
    deployment = deployed()
    deployment.only(
        "aws_lb_listener",
        port=443,
        certificate_arn=deployment.environment.load_balancer.certificate_arn,
        ssl_policy=Match.regex("^ELBSecurityPolicy-TLS13-"),
    )
    deployment.template.none("aws_acm_certificate")
    deployment.template.none("aws_route53_record")


@pytest.mark.feature("S7")
def test_load_balancer_that_authenticates_forwards_no_person_before_the_deployment_sets_its_actions() -> None:
    deployment = deployed(**AUTHENTICATES)
    unavailable = [{"type": "fixed-response", "fixed_response": {"status_code": "503"}}]
    deployment.only("aws_lb_listener", port=443, default_action=unavailable)
    rules = {rule.body["priority"]: rule for rule in deployment.of("aws_lb_listener_rule")}
    assert sorted(rules) == [1, 10, 11, 12, 20, 30, 40]
    for priority in (20, 30, 40):
        assert not compare({"action": unavailable}, rules[priority].body)
        assert rules[priority].body["lifecycle"] == {"ignore_changes": ["action"]}
    for priority in (10, 11, 12):
        assert rules[priority].get("action", 0, "type") == "forward"


@pytest.mark.feature("S7")
def test_only_requests_of_programs_and_log_out_pass_without_the_load_balancers_session() -> None:
    rules = deployed(**AUTHENTICATES).of("aws_lb_listener_rule")
    forwarding = [rule.body["condition"] for rule in rules if rule.get("action", 0, "type") == "forward"]
    assert sorted(forwarding, key=str) == [
        [
            {"path_pattern": {"values": ["/api/*"]}},
            {"http_header": {"http_header_name": "Authorization", "values": ["Bearer *"]}},
        ],
        [{"path_pattern": {"values": ["/auth/sign-out/", "/auth/signed-out/"]}}],
        [
            {"path_pattern": {"values": ["/auth/token", "/auth/token/*"]}},
            {"http_request_method": {"values": ["POST"]}},
        ],
    ]
