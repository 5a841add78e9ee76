"""Permissions of the CI roles."""

from __future__ import annotations

import fnmatch
import json
import re
from typing import Any

import pytest
from terraform_gate.iam.decision import Caller, Policy, Target, decide
from terraform_gate.iam.managed_policies import managed_document
from terraform_harness.assertions import Match
from terraform_harness.emulator.iam.definitions import resource_types

from tests.reading import statements
from tests.synthesis import Deployment, deployed
from tests.unit.modules.variants import LARGE, OIDC

BOOTSTRAP = "bootstrap"
POLICIES = ("aws_iam_role_policy", "aws_iam_policy")


def _statements(deployment: Deployment, *kinds: str) -> list[dict[str, Any]]:
    """The statements of the policies in the bootstrap stack."""
    policies = [policy for kind in kinds for policy in deployment.template_of(BOOTSTRAP).of_type(kind)]
    return [part for policy in policies for part in statements(policy.values["policy"])]


def _deploy_role(deployment: Deployment) -> Caller:
    """The deploy role with its inline policies and the managed policy."""
    made = [policy for kind in POLICIES for policy in deployment.template_of(BOOTSTRAP).of_type(kind)]
    texts = [policy.values["policy"] for policy in made if policy.address.partition(".")[2].startswith("ci_deploy")]
    for kind, value in (("s3_bucket", BUCKET), ("kms_key", KEY)):
        texts = [re.sub(rf"\$\{{aws_{kind}\.[^}}]*\}}", value, text) for text in texts]
    assert not [text for text in texts if "${" in text]
    policies = [Policy.parse(json.loads(text)) for text in texts]
    return Caller(
        "arn:aws:iam::111111111111:role/ci", (*policies, Policy.parse(json.loads(managed_document("ReadOnlyAccess"))))
    )


def _key_policy() -> Policy:
    """The key policy that leaves decisions to the identity policies of the account."""
    account = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return Policy.parse({"Version": "2012-10-17", "Statement": [account]})


BUCKET, KEY = "arn:aws:s3:::airflow-prod-dags-111111111111", "arn:aws:kms:eu-central-1:111111111111:key/state"
STATE = f"{BUCKET}/airflow-fargate/prod-airflow.tfstate"


@pytest.mark.feature("I4")
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:DeleteBucket", BUCKET),
        ("s3:PutBucketPolicy", BUCKET),
        ("s3:PutBucketVersioning", BUCKET),
        ("s3:PutLifecycleConfiguration", BUCKET),
        ("s3:PutEncryptionConfiguration", BUCKET),
        ("s3:PutBucketPublicAccessBlock", BUCKET),
        ("s3:DeleteObject", STATE),
        ("s3:DeleteObjectVersion", STATE),
        ("s3:PutObjectAcl", STATE),
        ("kms:ScheduleKeyDeletion", KEY),
        ("kms:PutKeyPolicy", KEY),
        ("kms:DisableKey", KEY),
        ("iam:CreatePolicyVersion", "arn:aws:iam::111111111111:policy/airflow-ci/airflow-boundary"),
        ("iam:DeletePolicy", "arn:aws:iam::111111111111:policy/airflow-ci/airflow-boundary"),
        ("iam:DeleteRolePermissionsBoundary", "arn:aws:iam::111111111111:role/airflow/worker"),
        ("iam:AttachRolePolicy", "arn:aws:iam::111111111111:role/airflow/worker"),
        ("iam:CreateRole", "arn:aws:iam::111111111111:role/airflow/worker"),
        ("iam:PutRolePolicy", "arn:aws:iam::111111111111:role/airflow/worker"),
        ("iam:UpdateAssumeRolePolicy", "arn:aws:iam::111111111111:role/airflow-ci/airflow-ci-deploy"),
        ("iam:DeleteRole", "arn:aws:iam::111111111111:role/airflow-ci/airflow-ci-plan"),
    ],
)
def test_deploy_role_cannot_destroy_the_state_or_escape_its_limits(action: str, resource: str) -> None:
    """The worst case: the name of the state bucket looks like the name of a bucket of an environment."""
    target = Target(resource, _key_policy()) if ":key/" in resource else Target(resource)
    assert not decide(_deploy_role(deployed(**LARGE)), action, target, {"aws:SecureTransport": "true"}).is_possible


@pytest.mark.feature("I4")
def test_deploy_role_writes_states_and_creates_roles_with_the_boundary() -> None:
    role = _deploy_role(deployed(**LARGE))
    for action, resource in (
        ("s3:GetObject", STATE), ("s3:PutObject", STATE), ("s3:ListBucket", BUCKET),
        ("s3:DeleteObject", f"{STATE}.tflock"),
    ):  # fmt: skip
        assert decide(role, action, resource, {}).is_possible, action
    assert decide(role, "kms:GenerateDataKey", Target(KEY, _key_policy()), {}).is_possible
    bounded = {"iam:PermissionsBoundary": "arn:aws:iam::111111111111:policy/airflow-ci/airflow-boundary"}
    assert decide(role, "iam:CreateRole", "arn:aws:iam::111111111111:role/airflow/worker", bounded).is_possible


@pytest.mark.feature("I4", "T9")
def test_deploy_role_manages_the_users_of_the_broker_and_cannot_log_in_as_them() -> None:
    role, base = _deploy_role(deployed(**LARGE)), "arn:aws:elasticache:eu-central-1:111111111111"
    user, group = f"{base}:user:airflow-dev-team-sales", f"{base}:usergroup:airflow-dev"
    for action in ("CreateUser", "ModifyUser", "DeleteUser", "CreateUserGroup", "ModifyUserGroup", "DeleteUserGroup"):
        target = group if action.endswith("Group") else user
        assert decide(role, f"elasticache:{action}", target, {}).is_possible, action
        assert not decide(role, f"elasticache:{action}", target.replace("airflow-", "other-"), {}).is_possible, action
    assert not decide(role, "elasticache:Connect", user, {}).is_possible


@pytest.mark.feature("I4", "G1")
def test_deploy_role_creates_the_bucket_of_dag_releases_and_releases_to_it() -> None:
    role, bucket = _deploy_role(deployed(**LARGE)), "arn:aws:s3:::airflow-dev-dags-111111111111"
    for action, resource in (
        ("s3:CreateBucket", bucket), ("s3:ListBucket", bucket), ("s3:GetObject", f"{bucket}/current.json"),
        ("s3:PutObject", f"{bucket}/current.json"), ("s3:DeleteObject", f"{bucket}/releases/0.zip"),
    ):  # fmt: skip
        assert decide(role, action, resource, {}).is_possible, action
    assert not decide(role, "s3:PutObject", "arn:aws:s3:::airflow-dev-task-logs-111111111111/log", {}).is_possible


@pytest.mark.feature("I4")
def test_every_role_of_an_account_with_ci_roles_has_the_boundary_that_bootstrap_creates() -> None:
    plain = deployed(iam={"path": "/airflow/", **OIDC})
    boundary = plain.template_of(BOOTSTRAP).one("aws_iam_policy.ci_boundary").values
    arn = f"arn:aws:iam::111111111111:policy{boundary['path']}{boundary['name']}"
    plain.template_of(BOOTSTRAP).every("aws_iam_role", permissions_boundary=Match.absent())
    plain.template_of("airflow").every("aws_iam_role", permissions_boundary=arn)
    plain.template_of("foundation").every("aws_iam_role", permissions_boundary=arn)


@pytest.mark.feature("I4")
def test_environment_without_oidc_has_no_ci_roles() -> None:
    assert "aws_iam_role" not in deployed().template_of(BOOTSTRAP).types


@pytest.mark.feature("I4")
def test_deploy_role_cannot_change_itself() -> None:
    """Whoever may write the policies of their own role may do everything."""
    deployment = deployed(**LARGE)
    for role in deployment.template_of(BOOTSTRAP).of_type("aws_iam_role"):
        own = f"arn:aws:iam::111111111111:role{role.values['path']}{role.values['name']}"
        for statement in _statements(deployment, *POLICIES):
            if statement["Effect"] == "Deny":
                continue
            writing = [action for action in statement["Action"] if action.startswith(("iam:Put", "iam:Update"))]
            reached = [pattern for pattern in statement["Resource"] if fnmatch.fnmatchcase(own, pattern)]
            assert not (writing and reached), f"{own} is within {reached} of {writing}"


@pytest.mark.feature("I4", "H9")
def test_actions_of_the_deploy_role_support_the_resources_that_limit_them() -> None:
    """IAM denies an action that supports no resource, unless its statement is about every resource (``*``)."""
    limited = [
        action
        for part in _statements(deployed(**LARGE), "aws_iam_policy")
        for action in part["Action"]
        if part["Effect"] == "Allow" and part["Resource"] != ["*"] and "*" not in action
    ]
    assert len(limited) > 20
    assert [action for action in limited if not resource_types(*action.split(":"))] == []
