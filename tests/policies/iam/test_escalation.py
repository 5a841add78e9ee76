"""Privilege escalation over several policies."""

from __future__ import annotations

import pytest
from terraform_gate.iam.escalation import ESCALATION_PATHS, escalations, is_wide
from terraform_gate.rules.shared.examples import policy
from terraform_gate.rules.shared.resources import merge

from tests.policies.iam.workers import PASS, ROLE, RUN, worker


@pytest.mark.feature("P3")
def test_escalation_is_found_over_two_policies_unless_denied() -> None:
    policies = {"run": policy(RUN), "hand": policy(PASS)}
    split = {"aws_iam_role_policy": {name: {"role": ROLE, "policy": text} for name, text in policies.items()}}
    ways = {found.path for found in escalations(worker(split))}
    assert "RunNewTaskDefinitionWithExistingRole" in ways
    one = {"aws_iam_role_policy": {"run": split["aws_iam_role_policy"]["run"]}}
    assert not list(escalations(worker(one)))
    deny = {"aws_iam_role_policy": {"no": {"role": ROLE, "policy": policy({**PASS, "Effect": "Deny"})}}}
    assert not list(escalations(worker(merge(split, deny))))
    conditional = policy({**PASS, "Effect": "Deny", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}})
    weak = {"aws_iam_role_policy": {"no": {"role": ROLE, "policy": conditional}}}
    assert list(escalations(worker(merge(split, weak))))


@pytest.mark.feature("P3")
@pytest.mark.parametrize("way", ESCALATION_PATHS)
def test_every_escalation_path_is_found(way: str) -> None:
    """Each action is in a separate policy, so that no single document reveals the path."""
    inline = {
        f"p{number}": {"role": ROLE, "policy": policy({"Action": action, "Resource": "*"})}
        for number, action in enumerate(ESCALATION_PATHS[way])
    }
    assert way in {found.path for found in escalations(worker({"aws_iam_role_policy": inline}))}


@pytest.mark.feature("P3")
@pytest.mark.parametrize(
    ("resource", "wide"),
    [
        ("*", True),
        ("arn:aws:iam::1:role/*", True),
        ("arn:aws:iam::*:role*", True),
        ("arn:aws:iam::1:role/airflow/*", False),
        ("arn:aws:iam::1:role/airflow", False),
        ("${dev//aws_iam_role.worker.arn}", False),
    ],
)
def test_wide_resources_are_recognized(resource: str, wide: bool) -> None:
    assert is_wide(resource) is wide
