"""The search for candidates leaves out no principal that a decision would permit, and its work grows linearly."""

from __future__ import annotations

from typing import Any

import pytest
from terraform_gate.iam.candidates import Named, Trusting
from terraform_gate.iam.escalation import PrincipalGraph
from terraform_gate.iam.identities import Identity, identities_of
from terraform_gate.rules.shared.examples import ACCOUNT, ECS_TASKS, policy, trust
from terraform_gate.rules.shared.resources import Resources, merge
from terraform_gate.testing import configuration_from


def _role(name: str, principal: Any, *statements: dict[str, Any]) -> Resources:
    body = {**trust(principal)["aws_iam_role"]["worker"], "name": name}
    inline = {"role": f"${{aws_iam_role.{name}.name}}", "policy": policy(*statements)} if statements else {}
    return {"aws_iam_role": {name: body}, "aws_iam_role_policy": {name: inline} if inline else {}}


def _arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def _identities(*parts: Resources) -> dict[str, Identity]:
    return {item.resource.name: item for item in identities_of(configuration_from(merge(*parts)))}


@pytest.mark.feature("P9")
@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (_arn("b"), {"b"}),
        (_arn("b*"), {"b", "bb"}),
        (_arn("?"), {"a", "b", "start"}),
        ("arn:aws:iam::*:role/bb", {"a", "b", "bb", "start"}),
        ("${aws_iam_role.a.arn}", {"a"}),
        (_arn("$${aws:PrincipalTag/team}"), {"a", "b", "bb", "start"}),
        ("*", {"a", "b", "bb", "start"}),
        (_arn("c"), set()),
    ],
)
def test_every_principal_that_a_pattern_can_name_is_found(pattern: str, found: set[str]) -> None:
    start = _role("start", ECS_TASKS, {"Action": "iam:PassRole", "Resource": pattern})
    made = _identities(start, *(_role(name, ECS_TASKS) for name in ("a", "b", "bb")))
    index = Named(made.values(), lambda item: item.arn)
    named = {item.resource.name for item in index.by(made["start"], "iam:passrole")}
    assert named >= {item.resource.name for item in made.values() if made["start"].may("iam:passrole", item.arn)}
    assert named >= found
    assert not index.by(made["a"], "iam:passrole")


@pytest.mark.feature("P9")
@pytest.mark.parametrize(
    ("principal", "is_found"),
    [
        ({"AWS": _arn("start")}, True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, True),
        ({"AWS": ACCOUNT}, True),
        ("*", True),
        ({"AWS": _arn("other")}, False),
        (ECS_TASKS, False),
    ],
)
def test_every_role_that_trusts_a_principal_is_found(principal: Any, *, is_found: bool) -> None:
    start = _role("start", ECS_TASKS, {"Action": "sts:AssumeRole", "Resource": _arn("target")})
    made = _identities(start, _role("target", principal))
    target = made["target"]
    assert made["start"].may("sts:assumerole", target.arn, trust=target.trust) is is_found
    assert [item.resource.name for item in Trusting(made.values()).of(made["start"])] == ["target"] * is_found


@pytest.mark.feature("P9")
def test_number_of_decisions_grows_with_the_number_of_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = 0
    may = Identity.may

    def count(self: Identity, *arguments: Any, **options: Any) -> bool:
        nonlocal counted
        counted += 1
        return may(self, *arguments, **options)

    monkeypatch.setattr(Identity, "may", count)
    decisions = []
    for size in (20, 80):
        run = {"Action": "ecs:RunTask", "Resource": "*"}
        roles = [
            _role(f"r{number}", ECS_TASKS, run, {"Action": "iam:PassRole", "Resource": _arn(f"r{(number + 1) % size}")})
            for number in range(size)
        ]
        graph = PrincipalGraph(configuration_from(merge(*roles)))
        counted = 0
        for identity in graph.identities:
            graph.edges(identity)
        decisions.append(counted)
    assert decisions[1] <= 5 * decisions[0], decisions
