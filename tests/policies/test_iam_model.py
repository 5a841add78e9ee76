"""Effective permissions: every way in which Terraform gives a role a policy, and what adds up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terraform_gate.iam.actions import as_pattern, can_be_scoped, known_actions
from terraform_gate.iam.documents import MalformedError, statements_in
from terraform_gate.iam.escalation import WAYS, escalations, is_wide
from terraform_gate.iam.principals import Principal, principals_of
from terraform_gate.iam.statement import Statement
from terraform_gate.rules.shared.examples import ECS_TASKS, policy, trust
from terraform_gate.rules.shared.resources import merge
from terraform_gate.testing import configuration_from

ROLE = "${aws_iam_role.worker.name}"
PASS = {"Action": "iam:PassRole", "Resource": "*"}
RUN = {"Action": ["ecs:RegisterTaskDefinition", "ecs:RunTask"], "Resource": "*"}


def _worker(resources: dict[str, Any], **blocks: Any) -> Principal:
    configuration = configuration_from(merge(trust(ECS_TASKS), resources), **blocks)
    return next(item for item in principals_of(configuration) if item.resource.type == "aws_iam_role")


def _shared(statement: dict[str, Any]) -> dict[str, Any]:
    return {"aws_iam_policy": {"own": {"name": "own", "policy": policy(statement)}}}


WAYS_TO_GIVE = {
    "inline": {"aws_iam_role_policy": {"p": {"role": ROLE, "policy": policy(PASS)}}},
    "inline, role by its literal name": {"aws_iam_role_policy": {"p": {"role": "worker", "policy": policy(PASS)}}},
    "attached": merge(
        _shared(PASS),
        {"aws_iam_role_policy_attachment": {"a": {"role": ROLE, "policy_arn": "${aws_iam_policy.own.arn}"}}},
    ),
    "attached to many": merge(
        _shared(PASS),
        {"aws_iam_policy_attachment": {"a": {"roles": [ROLE], "name": "a", "policy_arn": "${aws_iam_policy.own.arn}"}}},
    ),
    "managed by AWS": {
        "aws_iam_role_policy_attachment": {"a": {"role": ROLE, "policy_arn": "arn:aws:iam::aws:policy/IAMFullAccess"}}
    },
}


@pytest.mark.feature("P3")
@pytest.mark.parametrize("way", WAYS_TO_GIVE)
def test_every_way_of_giving_a_policy_counts(way: str) -> None:
    principal = _worker(WAYS_TO_GIVE[way])
    assert not principal.unknown
    assert list(principal.grants_of("iam:passrole"))


@pytest.mark.feature("P3")
def test_inline_block_managed_arns_and_data_source_count() -> None:
    role = trust(ECS_TASKS)
    role["aws_iam_role"]["worker"] |= {
        "inline_policy": [{"name": "x", "policy": "${data.aws_iam_policy_document.d.json}"}],
        "managed_policy_arns": ["arn:aws:iam::aws:policy/PowerUserAccess"],
    }
    statement = {"actions": ["iam:PassRole"], "resources": ["*"]}
    principal = _worker(role, data={"aws_iam_policy_document": {"d": {"statement": [statement]}}})
    assert [item.statement.actions for item in principal.grants_of("iam:passrole")] == [("iam:PassRole",)]
    assert principal.managed == ["PowerUserAccess"]


@pytest.mark.feature("P3")
def test_escalation_is_split_over_two_policies_and_taken_back_by_a_deny() -> None:
    policies = {"run": policy(RUN), "hand": policy(PASS)}
    split = {"aws_iam_role_policy": {name: {"role": ROLE, "policy": text} for name, text in policies.items()}}
    ways = {found.way for found in escalations(_worker(split))}
    assert "RunNewTaskDefinitionWithExistingRole" in ways
    one = {"aws_iam_role_policy": {"run": split["aws_iam_role_policy"]["run"]}}
    assert not list(escalations(_worker(one)))
    deny = {"aws_iam_role_policy": {"no": {"role": ROLE, "policy": policy({**PASS, "Effect": "Deny"})}}}
    assert not list(escalations(_worker(merge(split, deny))))
    conditional = policy({**PASS, "Effect": "Deny", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}})
    weak = {"aws_iam_role_policy": {"no": {"role": ROLE, "policy": conditional}}}
    assert list(escalations(_worker(merge(split, weak))))


@pytest.mark.feature("P3")
@pytest.mark.parametrize("way", WAYS)
def test_every_known_way_is_seen(way: str) -> None:
    """Each action in a policy of its own: no single document shows the way."""
    inline = {
        f"p{number}": {"role": ROLE, "policy": policy({"Action": action, "Resource": "*"})}
        for number, action in enumerate(WAYS[way])
    }
    assert way in {found.way for found in escalations(_worker({"aws_iam_role_policy": inline}))}


@pytest.mark.feature("P3")
def test_what_cannot_be_read_is_remembered() -> None:
    principal = _worker(
        {
            "aws_iam_role_policy": {"p": {"role": ROLE, "policy": "${var.policy}"}},
            "aws_iam_role_policy_attachment": {"a": {"role": ROLE, "policy_arn": "arn:aws:iam::1:policy/elsewhere"}},
        }
    )
    assert len(principal.unknown) == 2


@pytest.mark.feature("P3")
def test_documents_that_are_none() -> None:
    configuration = configuration_from({"aws_vpc": {"v": {}}})
    for text in ("{", "[]", "{}", json.dumps({"Statement": [{"Effect": "Allow"}]}), json.dumps({"Statement": "x"})):
        with pytest.raises(MalformedError):
            statements_in(text, configuration)
    with pytest.raises(UnknownDocumentError):
        statements_in("${var.policy}", configuration)


@pytest.mark.feature("P3")
def test_conditions_that_narrow_nothing() -> None:
    key = "aws:sourceaccount"
    for operator, narrows in (
        ("StringEquals", True),
        ("ForAnyValue:StringLike", True),
        ("ArnLike", True),
        ("StringEqualsIfExists", False),
        ("ForAllValues:StringEquals", False),
        ("StringNotEquals", False),
        ("Null", False),
    ):
        statement = Statement(effect="Allow", conditions={operator: {key: ("1",)}})
        assert bool(statement.condition("aws:SourceAccount")) is narrows, operator


@pytest.mark.feature("P3")
def test_what_aws_knows() -> None:
    assert known_actions("ecs:RunTask") == ("ecs:runtask",)
    assert set(known_actions("ssm:GetParameter*")) >= {"ssm:getparameter", "ssm:getparametersbypath"}
    assert known_actions("ecs:RunTasks") == known_actions("nothing:Get") == known_actions("ecs") == ()
    assert can_be_scoped("ecs:runtask")
    assert not can_be_scoped("ecr:getauthorizationtoken")
    assert all(known_actions(action) for actions in WAYS.values() for action in actions)


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
def test_wide_resources(resource: str, wide: bool) -> None:
    assert is_wide(resource) is wide


@pytest.mark.feature("P3")
@given(st.text(alphabet="ab*?", max_size=6), st.text(alphabet="ab", max_size=6))
def test_wildcards_match_as_iam_does(pattern: str, text: str) -> None:
    assert bool(as_pattern(pattern).fullmatch(text)) is _matches(pattern, text)


def _matches(pattern: str, text: str) -> bool:
    """The definition, written out: `*` is nothing or one more character, `?` is one character."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _matches(pattern[1:], text) or (bool(text) and _matches(pattern, text[1:]))
    return bool(text) and pattern[0] in {"?", text[0]} and _matches(pattern[1:], text[1:])
