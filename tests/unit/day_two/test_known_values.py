"""References to resources that a change does not reach become values of the applied state."""

from __future__ import annotations

from typing import Any

import pytest

from day_two.known_values import attributes, with_known_values

STATE = {
    "resources": [
        {"module": "module.dev", "type": "aws_vpc", "name": "v", "instances": [{"attributes": {"id": "vpc-1"}}]},
        {"module": "module.other", "type": "aws_vpc", "name": "v", "instances": [{"attributes": {"id": "vpc-2"}}]},
    ]
}


@pytest.mark.feature("E7")
def test_attributes_are_those_of_one_module() -> None:
    assert attributes(STATE, "dev") == {"aws_vpc.v": {"id": "vpc-1"}}


@pytest.mark.feature("E7")
def test_only_attributes_of_known_resources_are_replaced() -> None:
    nodes: dict[str, Any] = {
        "aws_subnet.s": {
            "vpc": "${aws_vpc.v.id}",
            "names": "${tolist(aws_vpc.v.names)[0]}",
            "depends_on": ["aws_vpc.v"],
        },
        "aws_lb.l": {"subnet": "${aws_subnet.s.id}", "depends_on": ["aws_vpc.v", "aws_subnet.s"]},
        "local.password": "${ephemeral.aws_vpc.v.value}",
    }
    found = with_known_values(
        nodes, {"aws_vpc.v": {"id": "vpc-1", "names": ["a ${b}", {"c": "%{d}"}], "arn": "unused"}}
    )
    assert found == {
        "aws_subnet.s": {
            "vpc": "${local.known_aws_vpc__v.id}",
            "names": "${tolist(local.known_aws_vpc__v.names)[0]}",
            "depends_on": [],
        },
        "aws_lb.l": {"subnet": "${aws_subnet.s.id}", "depends_on": ["aws_subnet.s"]},
        "local.password": "${ephemeral.aws_vpc.v.value}",
        "local.known_aws_vpc__v": {"id": "vpc-1", "names": ["a $${b}", {"c": "%%{d}"}]},
    }


@pytest.mark.feature("E7")
def test_unknown_attribute_is_an_error() -> None:
    with pytest.raises(KeyError, match="nmae"):
        with_known_values({"aws_lb.l": "${aws_vpc.v.nmae}"}, {"aws_vpc.v": {}})
