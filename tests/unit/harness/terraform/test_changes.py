"""Reads the managed resources in a state file."""

from __future__ import annotations

from terraform_harness.terraform.changes import managed


def test_managed_resources_include_those_of_modules_and_every_instance() -> None:
    vpc = {"module": "module.m", "mode": "managed", "type": "aws_vpc", "name": "v", "instances": [{}]}
    subnet = {"mode": "managed", "type": "aws_subnet", "name": "s"}
    subnets = {**subnet, "instances": [{"index_key": "a"}, {"index_key": "b"}]}
    data = {"mode": "data", "type": "aws_region", "name": "r", "instances": [{}]}
    state = {"version": 4, "resources": [vpc, subnets, data]}
    assert managed(state) == ["module.m.aws_vpc.v", 'aws_subnet.s["a"]', 'aws_subnet.s["b"]']
    assert managed({"version": 4, "resources": []}) == []
