"""checkov's rules evaluate each configuration from scratch."""

from __future__ import annotations

import json
from typing import Any

import pytest
from terraform_gate.checkov_engine.engine import checkov_findings
from terraform_gate.finding import Verdict
from terraform_gate.testing import configuration_from

ESCALATION = "CKV_AWS_286"


def _verdict(action: str) -> Verdict:
    """Evaluate a policy that allows ``action``; the stack and the address are the same for every call."""
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    policy = {"name": "p", "policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    configuration = configuration_from({"aws_iam_policy": {"p": policy}})
    found = checkov_findings(configuration, skip=frozenset())
    return next(finding.verdict for check, finding in found if check.id == ESCALATION)


@pytest.mark.feature("P5")
def test_policies_of_one_address_in_two_configurations_get_their_own_verdicts() -> None:
    """checkov caches the parsed policy by file and address for the whole process."""
    actions = ("s3:GetObject", "iam:CreatePolicyVersion", "s3:GetObject")
    assert [_verdict(action) for action in actions] == [Verdict.PASS, Verdict.FAIL, Verdict.PASS]


KEY, VERSIONING, BACKUP = "CKV_AWS_145", "CKV_AWS_21", "CKV_AWS_134"
SSE_S3 = {"rule": {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}}
LOGS = {
    "aws_s3_bucket": {"logs": {"bucket": "logs"}},
    "aws_s3_bucket_server_side_encryption_configuration": {"logs": {"bucket": "${aws_s3_bucket.logs.id}", **SSE_S3}},
}
GROUP = {"type": "Group", "uri": "http://acs.amazonaws.com/groups/s3/LogDelivery"}
ALLOW = {
    "Effect": "Allow",
    "Principal": {"Service": "logging.s3.amazonaws.com"},
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::logs/*",
}


def _verdicts(resources: dict[str, Any], check_id: str) -> set[Verdict]:
    found = checkov_findings(configuration_from(resources), skip=frozenset())
    return {finding.verdict for check, finding in found if check.id == check_id}


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    "receiver",
    [
        {"aws_s3_bucket_acl": {"logs": {"acl": "log-delivery-write"}}},
        {"aws_s3_bucket_acl": {"logs": {"access_control_policy": {"grant": [{"grantee": [GROUP]}]}}}},
        {"aws_s3_bucket_policy": {"logs": {"policy": json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})}}},
        {"aws_s3_bucket_logging": {"logs": {"target_bucket": "${aws_s3_bucket.logs.id}", "target_prefix": "a"}}},
    ],
    ids=["acl", "grant", "policy", "logging"],
)
def test_bucket_that_receives_access_logs_needs_no_customer_key(receiver: dict[str, Any]) -> None:
    """Amazon S3 delivers access logs only to buckets that are encrypted with SSE-S3."""
    assert _verdicts(LOGS, KEY) == {Verdict.FAIL}
    bodies = {kind: {"logs": {"bucket": "${aws_s3_bucket.logs.id}", **item["logs"]}} for kind, item in receiver.items()}
    assert _verdicts({**LOGS, **bodies}, KEY) == set()


@pytest.mark.feature("P5")
def test_node_type_without_backups_needs_none() -> None:
    cluster = {"engine": "redis", "node_type": "cache.t3.micro"}
    assert _verdicts({"aws_elasticache_cluster": {"c": cluster}}, BACKUP) == {Verdict.FAIL}
    assert _verdicts({"aws_elasticache_cluster": {"c": {**cluster, "node_type": "cache.t1.micro"}}}, BACKUP) == set()


@pytest.mark.feature("P5")
def test_bucket_is_connected_with_a_resource_that_has_its_literal_name() -> None:
    versioning = {"bucket": "logs", "versioning_configuration": {"status": "Enabled"}}
    resources = {"aws_s3_bucket": {"b": {"bucket": "logs"}}, "aws_s3_bucket_versioning": {"b": versioning}}
    assert _verdicts(resources, VERSIONING) == {Verdict.PASS}
    resources["aws_s3_bucket"]["other"] = {"bucket": "others"}
    assert _verdicts(resources, VERSIONING) == {Verdict.PASS, Verdict.FAIL}
