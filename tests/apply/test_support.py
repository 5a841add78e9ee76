"""What the emulator cannot play is left out by name, and the list of it is true."""

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
@pytest.mark.parametrize("kind", UNSUPPORTED)
def test_listed_action_is_missing_indeed(kind: str) -> None:
    missing = UNSUPPORTED[kind]
    try:
        responses = importlib.import_module(f"moto.{missing.package}.responses")
    except ModuleNotFoundError:
        return
    classes = [one for one in vars(responses).values() if isinstance(one, type)]
    assert not any(hasattr(one, missing.action) for one in classes), f"moto can do it now: remove {kind} from the list"


@pytest.mark.feature("H3")
def test_lifecycle_leaves_out_what_cannot_be_played_and_says_so(tmp_path: Path) -> None:
    require("terraform", "provider-mirror")
    (tmp_path / "stacks" / "s").mkdir(parents=True)
    source = tmp_path / "stacks" / "s" / "cdk.tf.json"
    source.write_text(json.dumps(STACK))
    (tmp_path / "work").mkdir()
    said = io.StringIO()
    with Emulator(account_id="111111111111") as aws:
        life = Lifecycle(
            source=tmp_path / "stacks", folder=tmp_path / "work", emulator=aws, console=Console(file=said, width=300)
        )
        life.make("s")
        assert [one["logGroupName"] for one in aws.client("logs").describe_log_groups()["logGroups"]] == ["l"]
    reason = "s: not judged: aws_cloudwatch_composite_alarm.c: the emulator has no cloudwatch put_composite_alarm"
    assert reason in said.getvalue()
    assert json.loads(source.read_text()) == STACK
