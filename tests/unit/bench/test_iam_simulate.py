"""``python -m bench iam-simulate`` decides cases of the corpus and counts the decisions that agree."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer

from bench import iam_simulate

USER = "arn:aws:iam::111122223333:user/ada"
OBJECT = "arn:aws:s3:::logs/a.txt"


def _policy(effect: str = "Allow", **statement: Any) -> dict[str, Any]:
    body = {"Effect": effect, "Action": "s3:GetObject", "Resource": OBJECT, **statement}
    return {"Version": "2012-10-17", "Statement": [body]}


def _case(name: str, expected: str, *policies: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    resource = {"resource": OBJECT, "accountId": "111122223333"}
    request = {"action": "s3:GetObject", "principal": USER, "resource": resource, "context": more.pop("context", {})}
    return {
        "name": name,
        "request": request | more.pop("request", {}),
        "identityPolicies": list(policies),
        "expected": {"response": expected},
        **more,
    }


CASES = [
    _case("read", "Allowed", _policy()),
    _case("nothing", "ImplicitlyDenied"),
    _case("deny", "ExplicitlyDenied", _policy(), _policy("Deny")),
    _case("boundary", "ImplicitlyDenied", _policy(), permissionBoundaries=[_policy(Action="s3:PutObject")]),
    _case("levels", "ImplicitlyDenied", _policy(), serviceControlPolicies=[{"policies": []}]),
    _case("all resources", "Allowed", _policy(), resourceControlPolicies=[{"policies": []}]),
    _case(
        "unknown",
        "Allowed",
        _policy(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
        context={"aws:SourceVpc": "vpc-2"},
        simulation={"mode": "Discovery"},
    ),
    _case(
        "known to be absent",
        "ImplicitlyDenied",
        _policy(Condition={"StringEquals": {"aws:PrincipalTag/Team": "data"}}),
        simulation={
            "mode": "Discovery",
            "discoveryContextKeyConstraints": [
                {"keyName": "/aws:PrincipalTag/.*/", "presenceIsKnown": True, "valueIsKnown": True}
            ],
        },
    ),
]


def _run(folder: Path, content: str) -> int:
    file = folder / iam_simulate.CASES / "identityOnly.json"
    file.parent.mkdir(parents=True)
    file.write_text(content)
    with pytest.raises(typer.Exit) as ended:
        iam_simulate.main(folder)
    return ended.value.exit_code


@pytest.mark.feature("P8")
def test_decisions_that_agree_are_counted_by_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(tmp_path, json.dumps(CASES)) == 0
    printed = capsys.readouterr().out
    assert "expected" not in printed
    assert "| identity policies only | 3 | 3 | 0 |" in printed
    assert "endpoint policies | 3 | 3 | 0 |" in printed
    assert "not known | 2 | 2 | 0 |" in printed


@pytest.mark.feature("P8")
def test_decision_about_identity_policies_that_differs_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, json.dumps([_case("wrong label", "ImplicitlyDenied", _policy())])) == 1
    assert "identityOnly.json 1: wrong label: Allowed, expected ImplicitlyDenied" in capsys.readouterr().out


@pytest.mark.feature("P8")
@pytest.mark.parametrize("content", ["[]", "no JSON", '[{"name": "a"}]', '["a"]'])
def test_folder_without_cases_gives_one_message(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(tmp_path, content) == 2
    assert "Fix: give a clone of cloud-copilot/iam-simulate" in capsys.readouterr().err
