"""The comparison of synthesized stacks reports every difference that no rename explains."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.compare_stacks import RENAMES, Renames, differences, main

RENAMED = Renames(addresses={"door": "load_balancer"}, outputs={"use_vpc_id": "vpc_id"})


def _stack(name: str, *, port: int = 443, output: str = "use_vpc_id", **more: Any) -> dict[str, Any]:
    return {
        "//": {"metadata": {"stackName": name}, "flows": [], "waivers": [{"address": f"aws_lb.{name}"}]},
        "resource": {
            "aws_lb": {name: {"//": {"metadata": {"path": name}}, "name": "airflow"}},
            "aws_lb_listener": {f"{name}_https": {"load_balancer_arn": f"${{aws_lb.{name}.arn}}", "port": port}},
        },
        "output": {output: {"value": f"${{data.terraform_remote_state.foundation.outputs.{output}}}"}},
        **more,
    }


def _written(folder: Path, **stacks: dict[str, Any]) -> Path:
    for name, document in stacks.items():
        file = folder / "stacks" / name / "cdk.tf.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(document))
    return folder


def _found(tmp_path: Path, after: dict[str, Any], renames: Renames = RENAMED) -> list[str]:
    before = _written(tmp_path / "before", dev=_stack("door"))
    return list(differences(before, _written(tmp_path / "after", dev=after), renames))


def test_renamed_address_and_output_in_the_table_are_no_difference(tmp_path: Path) -> None:
    assert _found(tmp_path, _stack("load_balancer", output="vpc_id")) == []


def test_changed_value_is_reported_with_its_path(tmp_path: Path) -> None:
    (line,) = _found(tmp_path, _stack("load_balancer", output="vpc_id", port=80))
    assert line == "dev: resource.aws_lb_listener.load_balancer_https.port: 443 -> 80"


def test_rename_that_is_not_in_the_table_is_reported(tmp_path: Path) -> None:
    lines = _found(tmp_path, _stack("load_balancer", output="vpc_id"), Renames(outputs=RENAMED.outputs))
    assert "dev: resource.aws_lb.door: removed" in lines
    assert "dev: resource.aws_lb.load_balancer: added" in lines
    assert any(line.startswith("dev: //.waivers") for line in lines)


def test_output_that_is_not_in_the_table_is_reported(tmp_path: Path) -> None:
    lines = _found(tmp_path, _stack("load_balancer", output="network_id"))
    assert lines == ["dev: output.network_id: added", "dev: output.vpc_id: removed"]


def test_changed_backend_is_reported(tmp_path: Path) -> None:
    after = _stack("load_balancer", output="vpc_id", terraform={"backend": {"s3": {}}})
    assert _found(tmp_path, after) == ["dev: terraform: added"]


def test_missing_stack_is_reported(tmp_path: Path) -> None:
    before = _written(tmp_path / "before", dev=_stack("door"), prod=_stack("door"))
    after = _written(tmp_path / "after", dev=_stack("door"))
    assert list(differences(before, after, Renames())) == [f"prod: only in {before}"]


def test_two_renames_to_one_address_are_rejected(tmp_path: Path) -> None:
    renames = Renames(addresses={"a": "c", "b": "c"})
    document = {"resource": {"aws_lb": {"a": {}, "b": {}}}}
    before = _written(tmp_path / "before", dev=document)
    with pytest.raises(ValueError, match=r"two renames lead to resource\.aws_lb\.c"):
        list(differences(before, before, renames))


def test_rename_of_the_longest_matching_name_is_applied() -> None:
    assert RENAMES.address("door_load_balancer_https") == "load_balancer_https"
    assert RENAMES.address("door_load_balancer_execution_api_refused") == "load_balancer_deny_execution_api"
    assert RENAMES.address("doors") == "doors"


def test_exit_code_is_1_for_a_difference_and_2_for_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _written(tmp_path / "before", dev=_stack("door_load_balancer", output="use_network_vpc_id"))
    after = _written(tmp_path / "after", dev=_stack("load_balancer", output="vpc_id"))
    assert main([str(before), str(after)]) == 0
    assert main([str(after), str(before)]) == 1
    assert main([str(before)]) == 2
    assert main([str(before), str(tmp_path)]) == 2
    assert "Fix: run `make synth`" in capsys.readouterr().err
