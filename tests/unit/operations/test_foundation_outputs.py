"""The plan of Airflow reads outputs that the foundation does not have yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from operations.account import Account
from operations.foundation_outputs import OUTPUTS_FILE, reading
from operations.stacks import Stack


@pytest.mark.feature("E7")
def test_plan_of_airflow_reads_the_outputs_that_the_foundation_will_have(
    tmp_path: Path, empty_account: Account
) -> None:
    output = {"value": "${aws_subnet.new.id}"}
    (tmp_path / "cdk.tf.json").write_text(
        json.dumps({"output": {"subnet": output, "vpc": {"value": "${aws_vpc.v.id}"}}})
    )
    (tmp_path / OUTPUTS_FILE).write_text("left by a plan that was killed")
    stack = Stack(empty_account, "airflow", folder=tmp_path)
    assert not (tmp_path / OUTPUTS_FILE).exists()
    shown = {"planned_values": {"outputs": {"subnet": {"sensitive": False}, "vpc": {"value": "vpc-1"}}}}
    outputs = stack.outputs_after(shown)
    assert outputs["vpc"] == "vpc-1"
    assert outputs["subnet"].startswith("subnet-")
    with reading(tmp_path, outputs):
        override = json.loads((tmp_path / OUTPUTS_FILE).read_text())
        remote = override["data"]["terraform_remote_state"]["foundation"]
        state = json.loads(Path(remote["config"]["path"]).read_text())
    assert state["outputs"]["vpc"] == {"value": "vpc-1", "type": "string"}
    assert [file.name for file in tmp_path.iterdir()] == ["cdk.tf.json"]
