"""Effective permissions: every way in which Terraform attaches a policy to a role."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_gate.rules.shared.examples import ECS_TASKS, policy, trust
from terraform_gate.rules.shared.resources import merge

from tests.policies.iam.workers import PASS, ROLE, worker


def _shared(statement: dict[str, Any]) -> dict[str, Any]:
    return {"aws_iam_policy": {"own": {"name": "own", "policy": policy(statement)}}}


ATTACHMENTS = {
    "inline": {"aws_iam_role_policy": {"p": {"role": ROLE, "policy": policy(PASS)}}},
    "inline, role by its literal name": {"aws_iam_role_policy": {"p": {"role": "worker", "policy": policy(PASS)}}},
    "attached": merge(
        _shared(PASS),
        {"aws_iam_role_policy_attachment": {"a": {"role": ROLE, "policy_arn": "${aws_iam_policy.own.arn}"}}},
    ),
    "attached to several principals": merge(
        _shared(PASS),
        {"aws_iam_policy_attachment": {"a": {"roles": [ROLE], "name": "a", "policy_arn": "${aws_iam_policy.own.arn}"}}},
    ),
    "managed by AWS": {
        "aws_iam_role_policy_attachment": {"a": {"role": ROLE, "policy_arn": "arn:aws:iam::aws:policy/IAMFullAccess"}}
    },
}


@pytest.mark.feature("P3")
@pytest.mark.parametrize("way", ATTACHMENTS)
def test_policy_is_found_however_it_is_attached(way: str) -> None:
    principal = worker(ATTACHMENTS[way])
    assert not principal.unknown
    assert list(principal.grants_of("iam:passrole"))


@pytest.mark.feature("P3")
def test_inline_blocks_managed_arns_and_data_sources_are_read() -> None:
    role = trust(ECS_TASKS)
    role["aws_iam_role"]["worker"] |= {
        "inline_policy": [{"name": "x", "policy": "${data.aws_iam_policy_document.d.json}"}],
        "managed_policy_arns": ["arn:aws:iam::aws:policy/PowerUserAccess"],
    }
    statement = {"actions": ["iam:PassRole"], "resources": ["*"]}
    principal = worker(role, data={"aws_iam_policy_document": {"d": {"statement": [statement]}}})
    assert [item.statement.actions for item in principal.grants_of("iam:passrole")] == [("iam:PassRole",)]
    assert principal.managed == ["PowerUserAccess"]


@pytest.mark.feature("P3")
def test_unreadable_policies_are_listed_as_unknown() -> None:
    principal = worker(
        {
            "aws_iam_role_policy": {"p": {"role": ROLE, "policy": "${var.policy}"}},
            "aws_iam_role_policy_attachment": {"a": {"role": ROLE, "policy_arn": "arn:aws:iam::1:policy/external"}},
        }
    )
    assert len(principal.unknown) == 2
