"""Privilege escalation over several policies, to any principal and to named ones."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_gate.iam.escalation import PrincipalGraph
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, policy, trust
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.testing import configuration_from

from tests.policies.iam.escalation_paths import ADMIN, BELOW, NEW_ROLE, RUN_AS_ADMIN, arn, inline, paths, role
from tests.policies.iam.workers import PASS, ROLE, RUN

RUN_NEW = "PassRole to ecs-tasks with ecs:RegisterTaskDefinition+ecs:RunTask"


@pytest.mark.feature("P9")
def test_escalation_is_found_over_two_policies_unless_denied() -> None:
    assert paths(inline(RUN, PASS))[RUN_NEW] == "any role"
    assert not paths(inline(RUN))
    assert not paths(inline(RUN, PASS, {**PASS, "Effect": "Deny"}))
    only_with_mfa = {**PASS, "Effect": "Deny", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}
    assert RUN_NEW in paths(inline(RUN, PASS, only_with_mfa))


@pytest.mark.feature("P9")
def test_named_role_with_more_permissions_is_an_escalation() -> None:
    assert paths(role("admin"), ADMIN, inline(*RUN_AS_ADMIN))[RUN_NEW] == "aws_iam_role.admin"
    held = {"Action": "s3:*", "Resource": "*"}
    assert not paths(role("admin"), ADMIN, inline(*RUN_AS_ADMIN, held)), "the worker holds the same permissions"
    other_service = role("admin", {"Service": "lambda.amazonaws.com"})
    assert not paths(other_service, ADMIN, inline(*RUN_AS_ADMIN)), "ECS cannot assume the role"


@pytest.mark.feature("P9")
def test_path_names_every_principal_on_it() -> None:
    middle = inline(*RUN_AS_ADMIN, role="middle")
    to_middle = inline(RUN, {"Action": "iam:PassRole", "Resource": "${aws_iam_role.middle.arn}"})
    found = PrincipalGraph(
        configuration_from(merge(trust(ECS_TASKS), role("middle"), role("admin"), middle, ADMIN, to_middle))
    )
    worker = next(item for item in found.identities if item.resource.name == "worker")
    assert ("aws_iam_role.middle", "aws_iam_role.admin") in {item.path for item in found.escalations(worker)}


@pytest.mark.feature("P9")
def test_conditions_that_cannot_be_met_close_a_path() -> None:
    def passing(service: str) -> dict[str, Any]:
        return {**RUN_AS_ADMIN[1], "Condition": {"StringEquals": {"iam:PassedToService": service}}}

    def by_caller(name: str) -> dict[str, Any]:
        return {**RUN_AS_ADMIN[1], "Condition": {"ArnLike": {"aws:PrincipalArn": arn(name)}}}

    both = (role("admin"), ADMIN)
    assert RUN_NEW in paths(*both, inline(RUN, passing("ecs-tasks.amazonaws.com")))
    assert RUN_NEW not in paths(*both, inline(RUN, passing("rds.amazonaws.com")))
    assert RUN_NEW in paths(*both, inline(RUN, by_caller("worker")))
    assert RUN_NEW not in paths(*both, inline(RUN, by_caller("other")))


@pytest.mark.feature("P9")
@pytest.mark.parametrize(
    ("operator", "time", "is_open"),
    [
        ("DateLessThan", "2020-01-01T00:00:00Z", False),
        ("DateGreaterThan", "2020-01-01T00:00:00Z", True),
        ("DateLessThan", "2999-01-01T00:00:00Z", True),
        ("DateLessThanIfExists", "2020-01-01T00:00:00Z", True),
    ],
)
def test_statement_that_ended_in_the_past_opens_no_path(operator: str, time: str, is_open: bool) -> None:
    ended = {"Condition": {operator: {"aws:TokenIssueTime": time}}}
    found = paths(trust(ECS_TASKS), inline({"Action": "iam:CreatePolicyVersion", "Resource": "*", **ended}))
    assert bool(found) is is_open


@pytest.mark.feature("P9")
def test_permissions_boundary_limits_a_path() -> None:
    boundary = {"aws_iam_policy": {"limit": {"name": "limit", "policy": policy({"Action": "ecs:*", "Resource": "*"})}}}
    limited = role("worker", permissions_boundary="${aws_iam_policy.limit.arn}")
    assert paths(inline(RUN, PASS))
    assert not paths(boundary, limited, inline(RUN, PASS))
    by_name = role("worker", permissions_boundary=f"arn:aws:iam::{ACCOUNT}:policy/limit")
    assert not paths(boundary, by_name, inline(RUN, PASS))
    read_only = role("worker", permissions_boundary="arn:aws:iam::aws:policy/ReadOnlyAccess")
    assert not paths(read_only, inline(RUN, PASS))


@pytest.mark.feature("P9")
def test_changing_its_own_policies_is_an_escalation() -> None:
    for action in ("iam:PutRolePolicy", "iam:AttachRolePolicy"):
        assert paths(inline({"Action": action, "Resource": arn("worker")}))
        assert not paths(inline({"Action": action, "Resource": arn("other")}))
    attached: Resources = {
        "aws_iam_policy": {
            "own": {
                "name": "own",
                "policy": policy(
                    {"Action": "iam:CreatePolicyVersion", "Resource": f"arn:aws:iam::{ACCOUNT}:policy/own"}
                ),
            }
        },
        "aws_iam_role_policy_attachment": {"own": {"role": ROLE, "policy_arn": "${aws_iam_policy.own.arn}"}},
    }
    assert paths(attached) == {"edit a policy": "any permission"}
    attached["aws_iam_policy"]["own"]["policy"] = "${var.document}"
    rollback = inline({"Action": "iam:SetDefaultPolicyVersion", "Resource": f"arn:aws:iam::{ACCOUNT}:policy/own"})
    assert paths(merge(attached, rollback)) == {"roll a policy back": "any permission"}, "its document is not known"
    bounded = {
        "Action": "iam:PutRolePolicy",
        "Resource": f"arn:aws:iam::{ACCOUNT}:role/*",
        "Condition": {"StringEquals": {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/limit"}},
    }
    assert not paths(inline(bounded)), "only roles with the permissions boundary can be changed"


@pytest.mark.feature("P9")
def test_taking_over_a_named_role_or_user_is_an_escalation() -> None:
    rewrite = inline({"Action": "iam:UpdateAssumeRolePolicy", "Resource": arn("admin")})
    assert paths(role("admin"), ADMIN, rewrite) == {"rewrite the trust of a role": "aws_iam_role.admin"}
    user: Resources = {
        "aws_iam_user": {"root": {"name": "root"}},
        "aws_iam_user_policy": {"root": {"user": "root", "policy": policy({"Action": "s3:*", "Resource": "*"})}},
    }
    key = inline({"Action": "iam:CreateAccessKey", "Resource": f"arn:aws:iam::{ACCOUNT}:user/root"})
    assert paths(user, key) == {"create an access key": "aws_iam_user.root"}


@pytest.mark.feature("P9")
def test_code_of_a_named_function_is_an_escalation() -> None:
    function: Resources = {
        "aws_lambda_function": {"job": {"function_name": "job", "role": "${aws_iam_role.admin.arn}"}}
    }
    lambdas = role("admin", {"Service": "lambda.amazonaws.com"})

    def change(name: str) -> Resources:
        here = f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:{name}"
        return inline({"Action": "lambda:UpdateFunctionCode", "Resource": here})

    assert paths(lambdas, ADMIN, function, change("job")) == {"change the code of a function": "aws_iam_role.admin"}
    assert not paths(lambdas, ADMIN, function, change("other"))


@pytest.mark.feature("P9")
def test_role_that_may_be_assumed_is_no_escalation() -> None:
    assume = {"Action": "sts:AssumeRole", "Resource": arn("admin")}
    trusting = role("admin", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    assert not paths(trusting, ADMIN, inline(assume)), "the trust names the account, so the grant is intended"
    assert paths(inline({**assume, "Resource": "*"})) == {"assume a role": "any role"}


@pytest.mark.feature("P9")
def test_role_of_a_service_that_runs_no_code_may_pass_a_named_role() -> None:
    scheduler = role("worker", {"Service": "scheduler.amazonaws.com"})
    run = [{"Action": "ecs:RunTask", "Resource": "*"}, RUN_AS_ADMIN[1]]
    assert not paths(scheduler, role("admin"), ADMIN, inline(*run))
    assert paths(role("admin"), ADMIN, inline(*run)) == {"PassRole to ecs-tasks with ecs:RunTask": "aws_iam_role.admin"}


@pytest.mark.feature("P9")
def test_administrator_cannot_escalate() -> None:
    assert not paths(inline({"Action": "*", "Resource": "*"}))
    assert paths(inline({"NotAction": "iam:CreateUser", "Resource": "*"}))


@pytest.mark.feature("P9")
def test_wildcards_behind_the_last_colon_are_not_every_resource() -> None:
    revisions = f"arn:aws:ecs:eu-central-1:{ACCOUNT}:task-definition/airflow-*:*"
    assert not paths(inline({"Action": "ecs:*", "Resource": revisions}))


@pytest.mark.feature("P9")
def test_required_permissions_boundary_ends_the_path_through_a_new_role() -> None:
    bounded = {"Condition": {"StringEquals": {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/limits"}}}
    create, fill = ({"Action": f"iam:{name}", "Resource": BELOW} for name in ("CreateRole", "PutRolePolicy"))
    assert NEW_ROLE in paths(inline(create, fill))
    assert NEW_ROLE not in paths(inline({**create, **bounded}, fill))
    assert NEW_ROLE not in paths(inline(create, {**fill, **bounded}))
    existing = {**create, "Resource": arn("admin")}
    assert NEW_ROLE not in paths(role("admin"), inline(existing, fill)), "a role that exists cannot be created"
