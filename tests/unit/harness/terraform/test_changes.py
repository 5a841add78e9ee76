"""Reads the managed resources in a state file."""

from __future__ import annotations

import json
from pathlib import Path

from terraform_harness.terraform.changes import managed, state_values
from terraform_harness.terraform.run import Terraform
from terraform_harness.tools import require
from terraform_harness.verification import resources_of


def test_managed_resources_include_those_of_modules_and_every_instance() -> None:
    vpc = {"module": "module.m", "mode": "managed", "type": "aws_vpc", "name": "v", "instances": [{}]}
    subnet = {"mode": "managed", "type": "aws_subnet", "name": "s"}
    subnets = {**subnet, "instances": [{"index_key": "a"}, {"index_key": "b"}]}
    data = {"mode": "data", "type": "aws_region", "name": "r", "instances": [{}]}
    state = {"version": 4, "resources": [vpc, subnets, data]}
    assert managed(state) == ["module.m.aws_vpc.v", 'aws_subnet.s["a"]', 'aws_subnet.s["b"]']
    assert managed({"version": 4, "resources": []}) == []


def test_resources_of_a_state_file_are_those_that_terraform_show_prints(tmp_path: Path) -> None:
    require("terraform")
    (tmp_path / "below").mkdir()
    inner = {"terraform_data": {"inner": {"for_each": {"a": "x", "b": "y"}}}}
    (tmp_path / "below" / "main.tf.json").write_text(json.dumps({"resource": inner}))
    document = {"resource": {"terraform_data": {"many": {"count": 2}}}, "module": {"m": {"source": "./below"}}}
    (tmp_path / "main.tf.json").write_text(json.dumps(document))
    terraform = Terraform(tmp_path)
    terraform.init()
    terraform.apply(terraform.plan())
    found = {resource.address: resource for resource in resources_of(state_values(terraform.pull()))}
    assert found == {resource.address: resource for resource in resources_of(terraform.show())}
    assert len(found) == 4
