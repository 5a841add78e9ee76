"""AWS WAF for the load balancer."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclVisibilityConfig,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import Wafv2WebAclLoggingConfiguration
from constructs import Construct

# Managed rule group -> rules that count instead of block: the body limit of 8 KiB would block large Airflow API calls.
MANAGED_RULES: dict[str, tuple[str, ...]] = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",),
}


class WebFirewall(Construct):
    """A web ACL of AWS managed rules with its log, associated with a load balancer.

    Args:
        scope: parent construct.
        id_: id of the construct.
        name: name of the web ACL.
        load_balancer_arn: load balancer that the web ACL protects.
        key_arn: KMS key of the log group.
        log_retention_days: retention in days, a value that CloudWatch Logs allows.

    Example:
        >>> arn = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/airflow-prod/0123456789"
        >>> firewall = WebFirewall(stack, "web-firewall", name="airflow-prod", load_balancer_arn=arn, key_arn=key_arn,
        ...                        log_retention_days=90)
        >>> resource("aws_wafv2_web_acl.web_firewall")["scope"]
        'REGIONAL'
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        load_balancer_arn: str,
        key_arn: str,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        acl = Wafv2WebAcl(
            self,
            "Resource",
            name=name,
            scope="REGIONAL",
            description="Managed rules in front of Airflow",
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            visibility_config=Wafv2WebAclVisibilityConfig(
                cloudwatch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
            ),
        )
        acl.add_override("rule", _rules(name))  # the bindings type the blocks of a statement as "any"
        # AWS WAF requires the prefix aws-waf-logs- in the name of the log group.
        group = CloudwatchLogGroup(
            self,
            "log-group",
            name=f"aws-waf-logs-{name}",
            retention_in_days=log_retention_days,
            kms_key_id=key_arn,
        )
        Wafv2WebAclLoggingConfiguration(self, "logging", resource_arn=acl.arn, log_destination_configs=[group.arn])
        Wafv2WebAclAssociation(self, "association", resource_arn=load_balancer_arn, web_acl_arn=acl.arn)


def _rules(name: str) -> list[dict[str, object]]:
    return [
        {
            "name": group,
            "priority": priority,
            "override_action": {"none": {}},
            "statement": {
                "managed_rule_group_statement": {
                    "vendor_name": "AWS",
                    "name": group,
                    "rule_action_override": [{"name": rule, "action_to_use": {"count": {}}} for rule in counted],
                }
            },
            "visibility_config": {
                "cloudwatch_metrics_enabled": True,
                "metric_name": f"{name}-{group}",
                "sampled_requests_enabled": True,
            },
        }
        for priority, (group, counted) in enumerate(MANAGED_RULES.items())
    ]
