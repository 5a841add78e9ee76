"""Tokens of GitHub and GitLab that the CI roles accept."""

from __future__ import annotations

import json
import re

import pytest
from terraform_gate.iam.decision import Caller, Outcome, Policy, Target, decide
from terraform_harness.assertions import Match

from tests.synthesis import deployed
from tests.unit.modules.variants import CHEAP, ISSUER, LARGE, OIDC, PROVIDER

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


def _trusting(oidc: dict[str, str], claims: dict[str, str], *, host: str = ISSUER, provider: str = "") -> set[str]:
    """The CI roles that a token can assume; its provider is the trusted one unless ``provider`` is given."""
    change = {"iam": {**LARGE["iam"], "oidc": oidc}}
    found = set()
    for role in deployed(**LARGE | change).template_of("bootstrap").of_type("aws_iam_role"):
        document = json.loads(role.values["assume_role_policy"])
        (statement,) = document["Statement"]
        policy = Policy.parse({**document, "Statement": [{**statement, "Resource": "*"}]})
        decision = decide(
            Caller(provider or statement["Principal"]["Federated"]),
            "sts:AssumeRoleWithWebIdentity",
            Target("arn:aws:iam::111111111111:role/ci", policy),
            {f"{host}:{name}": value for name, value in claims.items()},
        )
        if decision.outcome is Outcome.ALLOWED:
            found.add(role.address.removeprefix("aws_iam_role.ci_"))
    return found


@pytest.mark.feature("I4")
@pytest.mark.parametrize(("settings", "subject", "roles"), [row[1:] for row in TOKENS], ids=[row[0] for row in TOKENS])
def test_tokens_of_github_get_exactly_the_roles_that_they_should(
    settings: dict[str, str], subject: str, roles: frozenset[str]
) -> None:
    oidc = {**OIDC["oidc"], **settings}
    assert _trusting(oidc, {"aud": AUDIENCE, "sub": subject}) == roles
    assert _trusting(oidc, {"aud": "https://github.com/example", "sub": subject}) == NOBODY
    assert _trusting(oidc, {"sub": subject}) == NOBODY


@pytest.mark.feature("I4")
def test_another_identity_provider_gets_no_role() -> None:
    claims = {"aud": AUDIENCE, "sub": f"{REPOSITORY}ref:refs/heads/release"}
    other = "arn:aws:iam::111111111111:oidc-provider/gitlab.com"
    assert _trusting(OIDC["oidc"], claims, provider=other) == NOBODY


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
    oidc = {"gitlab_project": "group/a", "branch": "release", **provider}
    assert _trusting(oidc, {"aud": AUDIENCE, "sub": f"project_path:{subject}"}, host=host) == roles


@pytest.mark.feature("I4")
def test_existing_identity_provider_is_used() -> None:
    deployed(**LARGE).template_of("bootstrap").every("aws_iam_openid_connect_provider", client_id_list=[AUDIENCE])
    used = deployed(**CHEAP).template_of("bootstrap")
    assert "aws_iam_openid_connect_provider" not in used.types
    used.every("aws_iam_role", assume_role_policy=Match.regex(re.escape(PROVIDER)))
