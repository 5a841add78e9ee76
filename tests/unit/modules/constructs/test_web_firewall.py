"""The web firewall and its log."""

from __future__ import annotations

import pytest

from tests.synthesis import deployed
from tests.unit.modules.variants import SINGLE_BY_DAY


@pytest.mark.feature("N6")
def test_web_firewall_protects_the_load_balancer_with_managed_rules() -> None:
    deployment = deployed()
    association = deployment.only("aws_wafv2_web_acl_association")
    assert deployment.resolve(association.body["resource_arn"]).type == "aws_lb"
    firewall = deployment.resolve(association.body["web_acl_arn"])
    managed = {rule["name"] for rule in firewall.blocks("rule")}
    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"} <= managed


@pytest.mark.feature("N6")
def test_log_group_has_the_prefix_that_waf_requires() -> None:
    deployment = deployed()
    destinations = deployment.only("aws_wafv2_web_acl_logging_configuration").body["log_destination_configs"]
    assert deployment.resolve(destinations[0]).body["name"].startswith("aws-waf-logs-")


@pytest.mark.feature("N6")
def test_disabled_web_firewall_creates_no_resource() -> None:
    assert not {kind for kind in deployed(**SINGLE_BY_DAY).types if "waf" in kind}
