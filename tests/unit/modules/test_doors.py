"""T5 and N6: the door that people come in through, and what it keeps inside."""

from __future__ import annotations

import pytest

from tests.reading import clients, fargate_tasks, rules, services
from tests.synthesis import Deployment, deployed
from tests.unit.modules.large import OPEN, SINGLE_BY_DAY

TOPOLOGIES = ("sequential", "single", "local_executor", "celery")


@pytest.mark.feature("T5")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_public_listener_refuses_execution_api(topology: str) -> None:
    deployment = deployed(topology=topology)
    https = deployment.only("aws_lb_listener", port=443)
    rule = deployment.only("aws_lb_listener_rule", listener_arn=f"${{{https.key}.arn}}")
    assert rule.get("condition", 0, "path_pattern", "values") == ["/execution", "/execution/*"]
    assert rule.get("action", 0, "type") == "fixed-response"
    assert rule.get("action", 0, "fixed_response", "status_code") == "403"
    assert rule.body["priority"] == 1, "before any rule that forwards"


@pytest.mark.feature("T5")
@pytest.mark.parametrize("topology", ["local_executor", "celery"])
def test_execution_api_is_called_by_its_internal_name(topology: str) -> None:
    deployment = deployed(topology=topology)
    namespace = deployment.only("aws_service_discovery_private_dns_namespace")
    service, _ = services(deployment)["api-server"]
    name = deployment.named(service.get("service_registries", "registry_arn"))
    assert deployment.named(name.get("dns_config", "namespace_id")).key == namespace.key
    host = f"{name.body['name']}.{namespace.body['name']}"
    for task in fargate_tasks(deployment).values():
        url = task.main.environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
        assert url == f"http://{host}:8080/execution/", task.name


@pytest.mark.feature("T5")
@pytest.mark.parametrize(("topology", "runner"), [("local_executor", "scheduler"), ("celery", "worker-default")])
def test_only_who_runs_airflow_tasks_may_call_the_execution_api(topology: str, runner: str) -> None:
    assert clients(deployed(topology=topology), group="api-server", port=8080) == {"load-balancer", runner}


@pytest.mark.feature("T5")
@pytest.mark.parametrize("topology", ["single", "sequential"])
def test_in_one_fargate_task_the_execution_api_is_on_localhost(topology: str) -> None:
    task = services(deployed(topology=topology))["standalone"][1]
    assert task.main.environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://localhost:8080/execution/"


@pytest.mark.feature("N6")
def test_internal_by_default_and_open_to_the_vpc_only() -> None:
    deployment = deployed()
    assert deployment.only("aws_lb").body["internal"] is True
    assert clients(deployment, group="load-balancer", port=443) == {"10.10.0.0/16"}


@pytest.mark.feature("N6")
def test_internet_facing_for_named_guests() -> None:
    deployment = deployed(**SINGLE_BY_DAY)
    assert deployment.only("aws_lb").body["internal"] is False
    outside = {rule for rule in rules(deployment, egress=False) if rule.group == "load-balancer"}
    assert {(rule.peer, rule.port) for rule in outside} == {
        (cidr, port) for cidr in OPEN["allowed_cidrs"] for port in (80, 443)
    }


@pytest.mark.feature("N6")
def test_http_is_answered_with_a_redirect_only() -> None:
    action = deployed().only("aws_lb_listener", port=80).get("default_action", 0)
    assert action["type"] == "redirect"
    assert action["redirect"] == {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}


@pytest.mark.feature("N6")
def test_https_with_a_given_certificate_and_a_modern_policy() -> None:
    deployment = deployed()
    listener = deployment.only("aws_lb_listener", port=443)
    assert listener.body["certificate_arn"] == deployment.environment.load_balancer.certificate_arn
    assert listener.body["ssl_policy"].startswith("ELBSecurityPolicy-TLS13-")
    assert not deployment.of("aws_acm_certificate", "aws_route53_record")


@pytest.mark.feature("N6")
def test_a_certificate_is_proved_in_dns_before_the_listener_uses_it() -> None:
    deployment = deployed(**SINGLE_BY_DAY)
    certificate = deployment.only("aws_acm_certificate", domain_name="airflow.example.com")
    assert certificate.body["validation_method"] == "DNS"
    assert certificate.get("lifecycle", "create_before_destroy") is True
    validation = deployment.only("aws_acm_certificate_validation")
    assert deployment.named(validation.body["certificate_arn"]).key == certificate.key
    listener = deployment.only("aws_lb_listener", port=443)
    assert deployment.named(listener.body["certificate_arn"]).key == validation.key, "waits for the proof"
    alias = deployment.only("aws_route53_record", name="airflow.example.com").get("alias")
    assert deployment.named(alias["name"]).type == "aws_lb"
    for task in fargate_tasks(deployment).values():
        assert task.main.environment["AIRFLOW__API__BASE_URL"] == "https://airflow.example.com", task.name


@pytest.mark.feature("N6")
def test_access_logs_go_to_a_bucket_that_takes_them() -> None:
    deployment = deployed()
    logs = deployment.only("aws_lb").get("access_logs")
    assert logs["enabled"] is True
    bucket = deployment.named(logs["bucket"])
    policy = next(
        one for one in deployment.of("aws_s3_bucket_policy") if deployment.named(one.body["bucket"]).key == bucket.key
    )
    writers = [one for one in policy.document("policy")["Statement"] if one["Effect"] == "Allow"]
    assert [one["Principal"] for one in writers] == [{"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}]
    assert not deployed(**SINGLE_BY_DAY).only("aws_lb").get("access_logs")


@pytest.mark.feature("N6")
def test_firewall_with_managed_rules_stands_before_the_load_balancer() -> None:
    deployment = deployed()
    association = deployment.only("aws_wafv2_web_acl_association")
    assert deployment.named(association.body["resource_arn"]).type == "aws_lb"
    firewall = deployment.named(association.body["web_acl_arn"])
    managed = {rule["name"] for rule in firewall.blocks("rule")}
    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"} <= managed


@pytest.mark.feature("N6")
def test_firewall_log_group_has_the_name_that_waf_demands() -> None:
    deployment = deployed()
    destinations = deployment.only("aws_wafv2_web_acl_logging_configuration").body["log_destination_configs"]
    assert deployment.named(destinations[0]).body["name"].startswith("aws-waf-logs-")


@pytest.mark.feature("N6")
def test_without_a_firewall_nothing_of_it_is_made() -> None:
    assert not {kind for kind in deployed(**SINGLE_BY_DAY).types if "waf" in kind}


@pytest.mark.feature("N6")
@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_the_load_balancer_reaches_what_it_is_in_front_of(topology: str) -> None:
    deployment = deployed(topology=topology)
    (service,) = (one for one, _ in services(deployment).values() if one.blocks("load_balancer"))
    behind = service.get("load_balancer", 0)
    targets = deployment.named(behind["target_group_arn"])
    assert (targets.body["port"], targets.body["target_type"]) == (behind["container_port"], "ip")
    forwards = deployment.only("aws_lb_listener", port=443).get("default_action", 0, "target_group_arn")
    assert deployment.named(forwards).key == targets.key
    assert "load-balancer" in clients(deployment, group=service.body["name"], port=8080)
    assert _waits_for_listener(deployment, service.body["depends_on"]), "ECS refuses a target group without a listener"


def _waits_for_listener(deployment: Deployment, addresses: list[str]) -> bool:
    listeners = {item.address for item in deployment.of("aws_lb_listener")}
    return bool(listeners & set(addresses))
