"""IAM roles: grants, trust policies, path, boundary and names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.reading import Grant, grants, statements
from tests.synthesis import deployed
from tests.unit.modules.variants import CUSTOM, LARGE

EVERY_RESOURCE: dict[tuple[str, ...], str] = {
    ("ecr:GetAuthorizationToken",): "the login of ECR knows no repository",
    ("cloudwatch:PutMetricData",): "metrics have no ARN; the namespace is limited by a condition",
    (
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ): "session channels have no ARN; only where ECS Exec is on",
    ("logs:DescribeLogGroups",): "ECS Exec looks for its log group by listing; only where ECS Exec is on",
}
"""Every ``Resource: "*"`` that a role of an environment may have, with its reason."""
STAR_CONDITIONS: Mapping[tuple[str, ...], Mapping[str, Any]] = {
    ("cloudwatch:PutMetricData",): {"StringEquals": {"cloudwatch:namespace": "Airflow"}},
}
CHANGES: list[dict[str, Any]] = [{}, LARGE, {"topology": "single"}, CUSTOM]


def _on_everything(grant: Grant) -> bool:
    return any(resource == "*" or re.fullmatch(r"arn:aws:\w*:\*.*", resource) for resource in grant.resources)


@pytest.mark.feature("I2")
@pytest.mark.parametrize("changes", CHANGES)
def test_grant_on_all_resources_has_a_documented_reason(changes: dict[str, Any]) -> None:
    for grant in grants(deployed(**changes)):
        assert "*" not in grant.actions, str(grant)
        assert not [action for action in grant.actions if action.endswith(":*")], str(grant)
        if _on_everything(grant):
            assert grant.actions in EVERY_RESOURCE, f"no documented reason: {grant}"
            assert grant.conditions == STAR_CONDITIONS.get(grant.actions, {}), str(grant)


@pytest.mark.feature("I2")
def test_each_documented_reason_is_needed() -> None:
    used = {grant.actions for grant in grants(deployed(**LARGE)) if _on_everything(grant)}
    assert used == set(EVERY_RESOURCE)


@pytest.mark.feature("I2")
@pytest.mark.parametrize("changes", CHANGES)
def test_pass_role_names_the_roles_and_the_service(changes: dict[str, Any]) -> None:
    deployment = deployed(**changes)
    passing = [grant for grant in grants(deployment) if "iam:PassRole" in grant.actions]
    assert passing
    for grant in passing:
        assert all(deployment.resolve(resource).type == "aws_iam_role" for resource in grant.resources), str(grant)
        assert grant.conditions == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}, str(grant)


@pytest.mark.feature("I2")
@pytest.mark.parametrize("changes", CHANGES)
def test_trust_policies_require_the_own_account(changes: dict[str, Any]) -> None:
    for role in deployed(**changes).of("aws_iam_role"):
        for statement in statements(role.body["assume_role_policy"]):
            assert set(statement["Principal"]) == {"Service"}, role.address
            assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == "111111111111", role.address


@pytest.mark.feature("I3")
def test_roles_have_path_boundary_and_name_of_their_environment() -> None:
    roles = deployed(**CUSTOM).of("aws_iam_role")
    assert len(roles) > 15
    for role in roles:
        assert role.body["path"] == "/data/airflow/", role.address
        assert role.body["permissions_boundary"] == CUSTOM["iam"]["permissions_boundary"], role.address
        assert role.body["name"].startswith("airflow-dev-"), role.address
