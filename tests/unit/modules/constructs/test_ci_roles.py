"""Roles of the CI system."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.synthesis import Deployment, deployed
from tests.unit.modules.variants import CHEAP, ISSUER, LARGE, PROVIDER


def _ci(deployment: Deployment) -> Mapping[str, Any]:
    return deployment.stacks["bootstrap-111111111111"]["resource"]


@pytest.mark.feature("I4")
def test_deploy_role_trusts_one_branch_and_plan_role_all_branches() -> None:
    roles = _ci(deployed(**LARGE))["aws_iam_role"]
    subjects = {}
    for name, role in roles.items():
        (statement,) = json.loads(role["assume_role_policy"])["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Condition"]["StringEquals"] == {f"{ISSUER}:aud": "sts.amazonaws.com"}
        subjects[name] = statement["Condition"]["StringLike"][f"{ISSUER}:sub"]
    assert subjects["ci_deploy"] == ["repo:example/platform:ref:refs/heads/release"]
    assert all(subject.startswith("repo:example/platform:") for subject in subjects["ci_plan"])


@pytest.mark.feature("I4")
def test_existing_identity_provider_is_used() -> None:
    made = _ci(deployed(**LARGE))
    assert made["aws_iam_openid_connect_provider"]["ci_provider"]["client_id_list"] == ["sts.amazonaws.com"]
    used = _ci(deployed(**CHEAP))
    assert "aws_iam_openid_connect_provider" not in used
    assert all(PROVIDER in role["assume_role_policy"] for role in used["aws_iam_role"].values())


@pytest.mark.feature("I4")
def test_environment_without_oidc_has_no_ci_roles() -> None:
    assert "aws_iam_role" not in _ci(deployed())


@pytest.mark.feature("I4")
def test_deploy_role_cannot_change_itself() -> None:
    """Whoever may write the policies of their own role may do everything."""
    made = _ci(deployed(**LARGE))
    for role in made["aws_iam_role"].values():
        own = f"arn:aws:iam::111111111111:role{role['path']}{role['name']}"
        for policy in made["aws_iam_role_policy"].values():
            for statement in json.loads(policy["policy"])["Statement"]:
                writing = [action for action in statement["Action"] if action.startswith(("iam:Put", "iam:Update"))]
                reached = [pattern for pattern in statement["Resource"] if fnmatch.fnmatchcase(own, pattern)]
                assert not (writing and reached), f"{own} is within {reached} of {writing}"
