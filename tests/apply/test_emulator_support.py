"""Unsupported resource types are left out by name, and the list of them is correct."""

from __future__ import annotations

import importlib
import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from terraform_harness.emulator import Emulator
from terraform_harness.emulator.support import UNSUPPORTED
from terraform_harness.lifecycle import Lifecycle
from terraform_harness.tools import require

STACK = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}},
    "provider": {"aws": [{"region": "eu-central-1"}]},
    "resource": {
        "aws_cloudwatch_log_group": {"l": {"name": "l", "retention_in_days": 7}},
        "aws_cloudwatch_composite_alarm": {"c": {"alarm_name": "c", "alarm_rule": "ALARM(x)"}},
    },
}


@pytest.mark.feature("H3")
@pytest.mark.parametrize("type_", UNSUPPORTED)
def test_unsupported_type_names_an_action_that_moto_lacks(type_: str) -> None:
    missing = UNSUPPORTED[type_]
    try:
        responses = importlib.import_module(f"moto.{missing.package}.responses")
    except ModuleNotFoundError:
        return
    classes = [member for member in vars(responses).values() if isinstance(member, type)]
    assert not any(hasattr(class_, missing.action) for class_ in classes), (
        f"moto supports it now: remove {type_} from the list"
    )


@pytest.mark.feature("H3")
def test_lifecycle_leaves_out_unsupported_resources_and_reports_them(tmp_path: Path) -> None:
    require("terraform", "provider-mirror")
    (tmp_path / "stacks" / "s").mkdir(parents=True)
    source = tmp_path / "stacks" / "s" / "cdk.tf.json"
    source.write_text(json.dumps(STACK))
    (tmp_path / "work").mkdir()
    output = io.StringIO()
    with Emulator(account_id="111111111111") as aws:
        life = Lifecycle(
            source=tmp_path / "stacks", folder=tmp_path / "work", emulator=aws, console=Console(file=output, width=300)
        )
        life.make("s")
        assert [group["logGroupName"] for group in aws.client("logs").describe_log_groups()["logGroups"]] == ["l"]
    reason = "s: not emulated: aws_cloudwatch_composite_alarm.c: the emulator has no cloudwatch put_composite_alarm"
    assert reason in output.getvalue()
    assert json.loads(source.read_text()) == STACK
