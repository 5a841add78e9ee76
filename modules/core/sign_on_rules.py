"""Listener rules of a load balancer that authenticates people."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleActionFixedResponse,
    LbListenerRuleCondition,
    LbListenerRuleConditionHttpHeader,
    LbListenerRuleConditionHttpRequestMethod,
    LbListenerRuleConditionPathPattern,
)
from constructs import Construct

from environments.facts.sign_on import AUTHENTICATED_PATHS

NOT_READY = "Sign-on is not set up yet: operations deploy does it."
UNAVAILABLE = "503"


def add_sign_on_rules(scope: Construct, *, listener_arn: str, target_group_arn: str) -> None:
    """Add the rules for programs and for people to a listener whose default action forwards nothing.

    Programs: requests with a bearer token, and the request for one. The api-server checks token and password. The two
    pages of log-out are open too: the first one ends the load balancer's session.

    People: the rules of ``AUTHENTICATED_PATHS``. Their actions hold the client secret, which Terraform would store in
    its state. Terraform creates each with a fixed answer 503 and ignores the actions that ``operations deploy`` sets.

    Args:
        scope: construct that gets the rules.
        listener_arn: the HTTPS listener.
        target_group_arn: the api-servers.
    """
    open_rules: dict[str, tuple[int, list[LbListenerRuleCondition]]] = {
        "programs": (10, [_paths("/api/*"), _bearer()]),
        "tokens": (11, [_paths("/auth/token", "/auth/token/*"), _post()]),
        "sign-out": (12, [_paths("/auth/sign-out/", "/auth/signed-out/")]),
    }
    for name, (priority, conditions) in open_rules.items():
        LbListenerRule(
            scope,
            name,
            listener_arn=listener_arn,
            priority=priority,
            action=[LbListenerRuleAction(type="forward", target_group_arn=target_group_arn)],
            condition=conditions,
        )
    for rule in AUTHENTICATED_PATHS:
        LbListenerRule(
            scope,
            rule.name,
            listener_arn=listener_arn,
            priority=rule.priority,
            action=[LbListenerRuleAction(type="fixed-response", fixed_response=_not_ready())],
            condition=[_paths(*rule.paths)],
            lifecycle=TerraformResourceLifecycle(ignore_changes=["action"]),
        )


def _not_ready() -> LbListenerRuleActionFixedResponse:
    return LbListenerRuleActionFixedResponse(content_type="text/plain", message_body=NOT_READY, status_code=UNAVAILABLE)


def _paths(*values: str) -> LbListenerRuleCondition:
    return LbListenerRuleCondition(path_pattern=LbListenerRuleConditionPathPattern(values=list(values)))


def _bearer() -> LbListenerRuleCondition:
    header = LbListenerRuleConditionHttpHeader(http_header_name="Authorization", values=["Bearer *"])
    return LbListenerRuleCondition(http_header=header)


def _post() -> LbListenerRuleCondition:
    return LbListenerRuleCondition(http_request_method=LbListenerRuleConditionHttpRequestMethod(values=["POST"]))
