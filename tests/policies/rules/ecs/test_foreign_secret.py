"""Task roles that read secrets of others, in shapes that the examples of the rule do not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from terraform_gate.finding import Verdict
from terraform_gate.rules.ecs.foreign_secret import rule
from terraform_gate.rules.ecs.secret_excess import rule as excess
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, container, policy, task_definition, trust
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.testing import configuration_from

SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret"


def _scheduler(value: str) -> Resources:
    listed = [{"name": "A", "valueFrom": value}]
    return task_definition(container(name="scheduler", secrets=listed), name="scheduler")


def _worker(*statements: Mapping[str, Any], secret: str = "", **role: Any) -> Resources:
    roles = trust(ECS_TASKS)
    roles["aws_iam_role"]["worker"].update(role)
    own = {"name": "own", "role": "${aws_iam_role.worker.id}", "policy": policy(*statements)}
    secrets = [{"name": "B", "valueFrom": secret}] if secret else None
    arn = "${aws_iam_role.worker.arn}"
    task = task_definition(container(secrets=secrets), task_role_arn=arn, execution_role_arn=arn)
    return merge(roles, {"aws_iam_role_policy": {"own": own}}, task)


def _verdict(resources: Resources, **blocks: Any) -> Verdict:
    return {item.verdict for item in rule.evaluate(configuration_from(resources, **blocks))}.pop()


def _reads(resource: str, **more: Any) -> Mapping[str, Any]:
    return {"Action": "secretsmanager:GetSecretValue", "Resource": resource, **more}


@pytest.mark.feature("P5")
def test_secret_that_only_a_reference_names_is_found() -> None:
    secret = {"aws_secretsmanager_secret": {"key": {"name": "fernet"}}}
    named = merge(secret, _scheduler("${aws_secretsmanager_secret.key.arn}:password::"))
    for resource in ("${aws_secretsmanager_secret.key.arn}", f"{SECRET}:fernet-??????", f"{SECRET}:fer*"):
        assert _verdict(merge(named, _worker(_reads(resource)))) is Verdict.FAIL, resource
    assert _verdict(merge(named, _worker(_reads(f"{SECRET}:other-*")))) is Verdict.PASS


@pytest.mark.feature("P5")
def test_two_keys_of_one_secret_are_one_secret() -> None:
    others = _scheduler(f"{SECRET}:database-a1b2c3:username::")
    worker = _worker(_reads(f"{SECRET}:database-*"), secret=f"{SECRET}:database-a1b2c3:password::")
    assert _verdict(merge(others, worker)) is Verdict.PASS


@pytest.mark.feature("P5")
def test_permission_that_a_boundary_or_a_deny_removes_is_no_violation() -> None:
    others = _scheduler(f"{SECRET}:fernet-a1b2c3")
    everything = _reads(f"{SECRET}:*")
    assert _verdict(merge(others, _worker(everything))) is Verdict.FAIL
    assert _verdict(merge(others, _worker(everything, _reads(f"{SECRET}:fernet*", Effect="Deny")))) is Verdict.PASS
    limit = {"aws_iam_policy": {"limit": {"name": "limit", "policy": policy({"Action": "s3:*", "Resource": "*"})}}}
    bounded = _worker(everything, permissions_boundary="${aws_iam_policy.limit.arn}")
    assert _verdict(merge(others, limit, bounded)) is Verdict.PASS


@pytest.mark.feature("P5")
def test_unknown_value_that_decides_the_verdict_is_unknown() -> None:
    others = _scheduler(f"{SECRET}:fernet-a1b2c3")
    assert _verdict(merge(others, _worker(_reads("${var.arn}"))), variable={"arn": {}}) is Verdict.UNKNOWN
    attached = {"aws_iam_role_policy_attachment": {"a": {"role": "${aws_iam_role.worker.name}", "policy_arn": "x"}}}
    assert _verdict(merge(others, _worker(_reads("arn:aws:s3:::a")), attached)) is Verdict.UNKNOWN
    assert _verdict(merge(_worker(_reads("arn:aws:s3:::a")), attached)) is Verdict.PASS, "there is no other secret"
    unread = merge(_worker(_reads(f"{SECRET}:own-*")), task_definition(name="other"))
    unread["aws_ecs_task_definition"]["other"]["container_definitions"] = "${var.text}"
    assert _verdict(unread, variable={"text": {}}) is Verdict.UNKNOWN


@pytest.mark.feature("P5")
def test_execution_role_with_a_policy_that_cannot_be_read_is_unknown() -> None:
    attached = {"aws_iam_role_policy_attachment": {"a": {"role": "${aws_iam_role.worker.name}", "policy_arn": "x"}}}
    own = f"arn:aws:ssm:eu-central-1:{ACCOUNT}:parameter/own"
    resources = merge(_worker({"Action": "ssm:GetParameters", "Resource": own}, secret=own), attached)
    assert [item.verdict for item in excess.evaluate(configuration_from(resources))] == [Verdict.UNKNOWN]
