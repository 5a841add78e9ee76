"""Conditions restrict by their values: wildcard accounts and foreign accounts restrict nothing."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_gate.finding import Verdict, worst
from terraform_gate.rule import Rule
from terraform_gate.rules.iam.confused_deputy import rule as confused_deputy
from terraform_gate.rules.iam.public_access import rule as public_access
from terraform_gate.rules.iam.service_access import rule as service_access
from terraform_gate.rules.iam.trust import rule as open_trust
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, policy, trust
from terraform_gate.rules.shared.resources import Resources
from terraform_gate.testing import configuration_from

FOREIGN = "444455556666"
OWN = {"provider": {"aws": [{"allowed_account_ids": [ACCOUNT]}]}}


def verdict(rule: Rule, resources: Resources, **blocks: Any) -> Verdict:
    return worst(list(rule.evaluate(configuration_from(resources, **blocks)))).verdict


@pytest.mark.feature("P3")
@pytest.mark.parametrize(
    ("operator", "key", "value", "restricts"),
    [
        ("StringEquals", "aws:SourceAccount", ACCOUNT, True),
        ("StringEquals", "aws:SourceAccount", FOREIGN, False),
        ("StringLike", "aws:SourceAccount", "????????????", False),
        ("ArnLike", "aws:SourceArn", f"arn:aws:ecs:*:{ACCOUNT}:*", True),
        ("ArnLike", "aws:SourceArn", f"arn:aws:ecs:*:{FOREIGN}:*", False),
        ("ArnLike", "aws:SourceArn", "arn:aws:ecs:*:*:*", False),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::airflow-logs", True),
        ("StringEquals", "aws:SourceOrgID", "o-a1b2c3d4e5", True),
    ],
)
def test_only_conditions_on_the_source_limit_a_service(operator: str, key: str, value: str, *, restricts: bool) -> None:
    condition = {operator: {key: value}}
    expected = Verdict.PASS if restricts else Verdict.FAIL
    assert verdict(confused_deputy, trust(ECS_TASKS, condition=condition), **OWN) is expected
    statement = {"Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:*", "Resource": "*"}
    queue: Resources = {"aws_sqs_queue": {"jobs": {"policy": policy({**statement, "Condition": condition})}}}
    assert verdict(service_access, queue, **OWN) is expected


@pytest.mark.feature("P3")
@pytest.mark.parametrize(("account", "expected"), [(ACCOUNT, Verdict.PASS), (FOREIGN, Verdict.FAIL)])
def test_role_that_trusts_another_account_by_condition_is_found(account: str, expected: Verdict) -> None:
    condition = {"StringEquals": {"aws:PrincipalAccount": account}}
    assert verdict(open_trust, trust("*", condition=condition), **OWN) is expected
    assert verdict(open_trust, trust("*", condition=condition)) is Verdict.PASS, "the stack states no account"


@pytest.mark.feature("P3")
@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        ("aws_sqs_queue", "policy"),
        ("aws_sns_topic", "policy"),
        ("aws_s3_bucket", "policy"),
        ("aws_ecr_registry_policy", "policy"),
        ("aws_cloudwatch_log_destination_policy", "access_policy"),
        ("aws_cloudwatch_event_bus_policy", "policy"),
        ("aws_ram_permission", "policy_template"),
        ("aws_type_of_tomorrow", "rules"),
    ],
)
@pytest.mark.parametrize("form", ["text", "data", "nested", "data source"])
def test_public_resource_policy_is_found_in_any_argument(kind: str, argument: str, form: str) -> None:
    text = policy({"Principal": "*", "Action": "sqs:*", "Resource": "*"})
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    source = {"actions": ["sqs:*"], "resources": ["*"], "principals": [{"type": "*", "identifiers": ["*"]}]}
    data = {"aws_iam_policy_document": {"open": {"statement": [source]}}}
    body: dict[str, Any] = {
        "text": {argument: text},
        "data": {argument: document},
        "nested": {"settings": [{"inner": {"body": text}}]},
        "data source": {argument: "${data.aws_iam_policy_document.open.json}"},
    }
    assert verdict(public_access, {kind: {"x": body[form]}}, data=data) is Verdict.FAIL


@pytest.mark.feature("P3")
def test_trust_and_endpoint_policies_are_no_resource_policies() -> None:
    text = policy({"Principal": "*", "Action": "*", "Resource": "*"})
    resources: Resources = {"aws_vpc_endpoint": {"s3": {"policy": text}}, **trust("*")}
    assert not list(public_access.evaluate(configuration_from(resources)))
