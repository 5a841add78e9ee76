"""I1 to I4: what each role may do, who may take it, and where it lives."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.reading import AIRFLOW_TASK_ROLE, EXECUTION_ROLE, Grant, fargate_tasks, grants, role_of
from tests.synthesis import Deployment, deployed
from tests.unit.modules.large import CHEAP, CUSTOM, ISSUER, LARGE, NEIGHBOUR, PROVIDER

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


@pytest.mark.feature("I1")
@pytest.mark.parametrize("changes", CHANGES)
def test_every_fargate_task_has_a_task_role_and_an_execution_role_of_its_own(changes: dict[str, Any]) -> None:
    deployment = deployed(**changes)
    tasks = fargate_tasks(deployment)
    roles = [
        role_of(deployment, task, kind).key for task in tasks.values() for kind in (AIRFLOW_TASK_ROLE, EXECUTION_ROLE)
    ]
    assert len(set(roles)) == 2 * len(tasks)


@pytest.mark.feature("I1")
def test_an_execution_role_reaches_its_repository_log_group_and_parameters_only() -> None:
    deployment = deployed(**LARGE)
    repository = deployment.only("aws_ecr_repository")
    for name, task in fargate_tasks(deployment).items():
        allowed = {
            action: grant
            for grant in grants(deployment, role_of(deployment, task, EXECUTION_ROLE))
            for action in grant.actions
        }
        assert set(allowed) <= {
            "ecr:GetAuthorizationToken",
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "ssm:GetParameters",
            "kms:Decrypt",
        }, name
        assert allowed["ecr:BatchGetImage"].resources == (f"${{{repository.key}.arn}}",)
        group = f"arn:aws:logs:eu-central-1:111111111111:log-group:/airflow/dev/{name}:log-stream:*"
        assert allowed["logs:PutLogEvents"].resources == (group,)


@pytest.mark.feature("I1")
def test_permissions_follow_from_use() -> None:
    deployment = deployed()
    purposes = {
        name: {grant.policy for grant in grants(deployment, role_of(deployment, task, AIRFLOW_TASK_ROLE))}
        for name, task in fargate_tasks(deployment).items()
    }
    assert purposes["migrate"] == purposes["db-clean"] == set()
    assert purposes["dag-processor"] == {"read-connections-and-variables"}
    assert purposes["scheduler"] == {"read-connections-and-variables", "publish-metrics"}
    assert purposes["worker-default"] == {"read-connections-and-variables", "task-logs", "protect-while-busy"}


@pytest.mark.feature("I2")
@pytest.mark.parametrize("changes", CHANGES)
def test_every_resource_only_where_a_reason_is_written(changes: dict[str, Any]) -> None:
    for grant in grants(deployed(**changes)):
        assert "*" not in grant.actions, str(grant)
        assert not [action for action in grant.actions if action.endswith(":*")], str(grant)
        if _on_everything(grant):
            assert grant.actions in EVERY_RESOURCE, f"no written reason: {grant}"
            assert grant.conditions == STAR_CONDITIONS.get(grant.actions, {}), str(grant)


@pytest.mark.feature("I2")
def test_every_written_reason_is_needed() -> None:
    used = {grant.actions for grant in grants(deployed(**LARGE)) if _on_everything(grant)}
    assert used == set(EVERY_RESOURCE)


@pytest.mark.feature("I2")
@pytest.mark.parametrize("changes", CHANGES)
def test_roles_are_passed_one_by_one_to_one_service(changes: dict[str, Any]) -> None:
    deployment = deployed(**changes)
    passing = [grant for grant in grants(deployment) if "iam:PassRole" in grant.actions]
    assert passing
    for grant in passing:
        assert all(deployment.named(resource).type == "aws_iam_role" for resource in grant.resources), str(grant)
        assert grant.conditions == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}, str(grant)


@pytest.mark.feature("I2")
@pytest.mark.parametrize("changes", CHANGES)
def test_services_take_a_role_on_behalf_of_this_account_only(changes: dict[str, Any]) -> None:
    for role in deployed(**changes).of("aws_iam_role"):
        for statement in role.document("assume_role_policy")["Statement"]:
            assert set(statement["Principal"]) == {"Service"}, role.address
            assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == "111111111111", role.address


@pytest.mark.feature("I3")
def test_every_role_has_path_boundary_and_name_of_its_environment() -> None:
    roles = deployed(**CUSTOM).of("aws_iam_role")
    assert len(roles) > 15
    for role in roles:
        assert role.body["path"] == "/data/airflow/", role.address
        assert role.body["permissions_boundary"] == CUSTOM["iam"]["permissions_boundary"], role.address
        assert role.body["name"].startswith("airflow-dev-"), role.address


@pytest.mark.feature("I3")
def test_two_environments_in_one_account_share_no_name() -> None:
    dev, test = deployed(), deployed(**NEIGHBOUR)
    assert not _names(dev) & _names(test)


def _names(deployment: Deployment) -> set[tuple[str, str]]:
    unique = {"aws_ecs_service", "aws_service_discovery_service", "aws_iam_role_policy", "aws_appautoscaling_policy"}
    keys = ("name", "bucket", "identifier", "replication_group_id", "alarm_name", "dashboard_name")
    return {
        (item.type, item.body[key])
        for item in deployment.configuration.resources.values()
        for key in keys
        if item.type not in unique and isinstance(item.body.get(key), str) and "${" not in item.body[key]
    }


def _ci(deployment: Deployment) -> Mapping[str, Any]:
    return deployment.stacks["bootstrap-111111111111"]["resource"]


@pytest.mark.feature("I4")
def test_ci_deploys_from_one_branch_and_plans_from_any() -> None:
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
def test_an_identity_provider_that_is_there_is_used() -> None:
    made = _ci(deployed(**LARGE))
    assert made["aws_iam_openid_connect_provider"]["ci_provider"]["client_id_list"] == ["sts.amazonaws.com"]
    used = _ci(deployed(**CHEAP))
    assert "aws_iam_openid_connect_provider" not in used
    assert all(PROVIDER in role["assume_role_policy"] for role in used["aws_iam_role"].values())


@pytest.mark.feature("I4")
def test_without_oidc_there_are_no_roles_for_ci() -> None:
    assert "aws_iam_role" not in _ci(deployed())


@pytest.mark.feature("I4")
def test_the_deploy_role_cannot_change_itself() -> None:
    """Whoever may write the policies of their own role may do everything."""
    made = _ci(deployed(**LARGE))
    for role in made["aws_iam_role"].values():
        own = f"arn:aws:iam::111111111111:role{role['path']}{role['name']}"
        for policy in made["aws_iam_role_policy"].values():
            for statement in json.loads(policy["policy"])["Statement"]:
                writing = [action for action in statement["Action"] if action.startswith(("iam:Put", "iam:Update"))]
                reached = [one for one in statement["Resource"] if fnmatch.fnmatchcase(own, one)]
                assert not (writing and reached), f"{own} is within {reached} of {writing}"
