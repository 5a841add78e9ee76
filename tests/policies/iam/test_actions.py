"""Facts about IAM actions, and IAM wildcards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terraform_gate.iam.actions import as_pattern, can_be_scoped, known_actions
from terraform_gate.iam.techniques import TECHNIQUES


@pytest.mark.feature("P3")
def test_action_facts_match_the_service_authorization_reference() -> None:
    assert known_actions("ecs:RunTask") == ("ecs:runtask",)
    assert set(known_actions("ssm:GetParameter*")) >= {"ssm:getparameter", "ssm:getparametersbypath"}
    assert known_actions("ecs:RunTasks") == known_actions("nothing:Get") == known_actions("ecs") == ()
    assert can_be_scoped("ecs:runtask")
    assert not can_be_scoped("ecr:getauthorizationtoken")
    unknown = {action for item in TECHNIQUES for action in item.actions if not known_actions(action)}
    newer_than_the_package = {action for action in unknown if action.startswith("bedrock-agentcore:")}
    assert unknown == newer_than_the_package


@pytest.mark.feature("P3")
@given(st.text(alphabet="ab*?", max_size=6), st.text(alphabet="ab", max_size=6))
def test_wildcards_match_as_in_iam(pattern: str, text: str) -> None:
    assert bool(as_pattern(pattern).fullmatch(text)) is _matches(pattern, text)


def _matches(pattern: str, text: str) -> bool:
    """The definition: `*` matches any number of characters, `?` matches one."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _matches(pattern[1:], text) or (bool(text) and _matches(pattern, text[1:]))
    return bool(text) and pattern[0] in {"?", text[0]} and _matches(pattern[1:], text[1:])
