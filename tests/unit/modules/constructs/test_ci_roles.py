"""Roles of the CI system."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from terraform_gate.iam.decision import Caller, Outcome, Policy, Target, decide
from terraform_gate.iam.managed_policies import managed_document
from terraform_harness.emulator.iam.definitions import resource_types

from tests.synthesis import Deployment, deployed
from tests.unit.modules.variants import CHEAP, ISSUER, LARGE, OIDC, PROVIDER


def _ci(deployment: Deployment) -> Mapping[str, Any]:
    resources: Mapping[str, Any] = deployment.stacks["bootstrap-111111111111"]["resource"]
    return resources


REPOSITORY, AUDIENCE = "repo:example/platform:", "sts.amazonaws.com"
IDS = {"github_ids": "12/345"}
WITH_IDS = "repo:example@12/platform@345:"
IN_PRODUCTION = {"github_environment": "production"}
NOBODY, PLAN, BOTH = frozenset[str](), frozenset({"plan"}), frozenset({"plan", "deploy"})
# What GitHub sends: https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims
TOKENS: list[tuple[str, dict[str, str], str, frozenset[str]]] = [
    ("the branch that deploys", {}, f"{REPOSITORY}ref:refs/heads/release", BOTH),
    ("another branch", {}, f"{REPOSITORY}ref:refs/heads/main", PLAN),
    ("a branch with slashes", {}, f"{REPOSITORY}ref:refs/heads/feature/a/b", PLAN),
    ("a branch whose name begins like it", {}, f"{REPOSITORY}ref:refs/heads/release-2", PLAN),
    ("a branch whose name ends like it", {}, f"{REPOSITORY}ref:refs/heads/x/refs/heads/release", PLAN),
    ("a branch in upper case", {}, f"{REPOSITORY}ref:refs/heads/RELEASE", PLAN),
    ("a tag", {}, f"{REPOSITORY}ref:refs/tags/v1.2.3", PLAN),
    ("a tag with the name of the branch", {}, f"{REPOSITORY}ref:refs/tags/release", PLAN),
    ("a pull request", {}, f"{REPOSITORY}pull_request", PLAN),
    ("a job with an environment", {}, f"{REPOSITORY}environment:production", PLAN),
    ("a repository whose name begins like it", {}, "repo:example/platform-2:ref:refs/heads/release", NOBODY),
    ("a repository of another owner", {}, "repo:other/platform:ref:refs/heads/release", NOBODY),
    ("an owner whose name ends like it", {}, "repo:an-example/platform:ref:refs/heads/release", NOBODY),
    ("ids that are not expected", {}, f"{WITH_IDS}ref:refs/heads/release", NOBODY),
    ("an empty subject", {}, "", NOBODY),
    ("the expected ids", IDS, f"{WITH_IDS}ref:refs/heads/release", BOTH),
    ("the expected ids, pull request", IDS, f"{WITH_IDS}pull_request", PLAN),
    ("another repository's id", IDS, "repo:example@12/platform@3456:ref:refs/heads/release", NOBODY),
    ("another owner's id", IDS, "repo:example@1/platform@345:ref:refs/heads/release", NOBODY),
    ("no ids where ids are expected", IDS, f"{REPOSITORY}ref:refs/heads/release", NOBODY),
    ("the environment that deploys", IN_PRODUCTION, f"{REPOSITORY}environment:production", BOTH),
    ("another environment", IN_PRODUCTION, f"{REPOSITORY}environment:production-2", PLAN),
    ("the branch without the environment", IN_PRODUCTION, f"{REPOSITORY}ref:refs/heads/release", PLAN),
    ("environment and ids", IN_PRODUCTION | IDS, f"{WITH_IDS}environment:production", BOTH),
]


def _trusting(settings: dict[str, str], claims: dict[str, str], *, provider: str = ISSUER) -> set[str]:
    """The CI roles that a token can assume."""
    change = {"iam": {**LARGE["iam"], "oidc": {**OIDC["oidc"], **settings}}}
    found = set()
    for name, role in _ci(deployed(**LARGE | change))["aws_iam_role"].items():
        document = json.loads(role["assume_role_policy"])
        (statement,) = document["Statement"]
        caller = Caller(statement["Principal"]["Federated"] if provider == ISSUER else provider)
        policy = Policy.parse({**document, "Statement": [{**statement, "Resource": "*"}]})
        target = Target(f"arn:aws:iam::111111111111:role/{name}", policy)
        decision = decide(
            caller, "sts:AssumeRoleWithWebIdentity", target, {f"{ISSUER}:{k}": v for k, v in claims.items()}
        )
        found |= {name.removeprefix("ci_")} if decision.outcome is Outcome.ALLOWED else set()
    return found


@pytest.mark.feature("I4")
@pytest.mark.parametrize(("settings", "subject", "roles"), [row[1:] for row in TOKENS], ids=[row[0] for row in TOKENS])
def test_tokens_of_github_get_exactly_the_roles_that_they_should(
    settings: dict[str, str], subject: str, roles: frozenset[str]
) -> None:
    assert _trusting(settings, {"aud": AUDIENCE, "sub": subject}) == roles
    assert _trusting(settings, {"aud": "https://github.com/example", "sub": subject}) == NOBODY
    assert _trusting(settings, {"sub": subject}) == NOBODY


@pytest.mark.feature("I4")
def test_another_identity_provider_gets_no_role() -> None:
    claims = {"aud": AUDIENCE, "sub": f"{REPOSITORY}ref:refs/heads/release"}
    other = "arn:aws:iam::111111111111:oidc-provider/gitlab.com"
    assert _trusting({}, claims, provider=other) == NOBODY


GITLAB_TOKENS: list[tuple[str, str, str | None, str, frozenset[str]]] = [
    # https://docs.gitlab.com/ci/secrets/id_token_authentication/#token-payload
    ("the branch that deploys", "gitlab.com", None, "group/a:ref_type:branch:ref:release", BOTH),
    ("another branch or a merge request", "gitlab.com", None, "group/a:ref_type:branch:ref:feature/x", PLAN),
    ("a tag with the name of the branch", "gitlab.com", None, "group/a:ref_type:tag:ref:release", PLAN),
    ("a project whose name begins like it", "gitlab.com", None, "group/ab:ref_type:branch:ref:release", NOBODY),
    ("another host", "git.example.com", None, "group/a:ref_type:branch:ref:release", NOBODY),
    ("an own host", "git.example.com", "git.example.com", "group/a:ref_type:branch:ref:release", BOTH),
]


@pytest.mark.feature("I4")
@pytest.mark.parametrize(
    ("host", "own", "subject", "roles"), [row[1:] for row in GITLAB_TOKENS], ids=[row[0] for row in GITLAB_TOKENS]
)
def test_tokens_of_gitlab_get_exactly_the_roles_that_they_should(
    host: str, own: str | None, subject: str, roles: frozenset[str]
) -> None:
    provider = {"provider_arn": f"arn:aws:iam::111111111111:oidc-provider/{own}"} if own else {}
    oidc = {"oidc": {"gitlab_project": "group/a", "branch": "release", **provider}}
    found = set()
    for name, role in _ci(deployed(**LARGE | {"iam": oidc}))["aws_iam_role"].items():
        document = json.loads(role["assume_role_policy"])
        (statement,) = document["Statement"]
        policy = Policy.parse({**document, "Statement": [{**statement, "Resource": "*"}]})
        target = Target(f"arn:aws:iam::111111111111:role/{name}", policy)
        claims = {f"{host}:aud": AUDIENCE, f"{host}:sub": f"project_path:{subject}"}
        caller = Caller(statement["Principal"]["Federated"])
        decision = decide(caller, "sts:AssumeRoleWithWebIdentity", target, claims)
        found |= {name.removeprefix("ci_")} if decision.outcome is Outcome.ALLOWED else set()
    assert found == roles


def _deploy_role(deployment: Deployment) -> Caller:
    """The deploy role with its inline policies and the managed policy."""
    made = {**_ci(deployment)["aws_iam_role_policy"], **_ci(deployment)["aws_iam_policy"]}
    texts = [item["policy"] for name, item in made.items() if name.startswith("ci_deploy")]
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
    boundary = plain.stacks["bootstrap-111111111111"]["resource"]["aws_iam_policy"]["ci_boundary"]
    arn = f"arn:aws:iam::111111111111:policy{boundary['path']}{boundary['name']}"
    for name, stack in plain.stacks.items():
        for address, role in stack["resource"].get("aws_iam_role", {}).items():
            expected = None if name.startswith("bootstrap") else arn
            assert role.get("permissions_boundary") == expected, f"{name}: {address}"


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
        for policy in (*made["aws_iam_role_policy"].values(), *made["aws_iam_policy"].values()):
            for statement in json.loads(policy["policy"])["Statement"]:
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
        for policy in _ci(deployed(**LARGE))["aws_iam_policy"].values()
        for part in json.loads(policy["policy"])["Statement"]
        for action in part["Action"]
        if part["Effect"] == "Allow" and part["Resource"] != ["*"] and "*" not in action
    ]
    assert len(limited) > 20
    assert [action for action in limited if not resource_types(*action.split(":"))] == []
