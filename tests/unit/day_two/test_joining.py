"""Many environments in one Terraform root."""

from __future__ import annotations

from typing import Any

import pytest

from day_two.joining import Module, Reach, affected, copied, joined

PROVIDER = {"aws": [{"region": "eu-central-1"}]}
REQUIRED = {"required_providers": {"aws": {"source": "aws"}}}


def module(**nodes: Any) -> Module:
    """A module whose nodes ``a__b`` have the address ``a.b``."""
    found = {name.replace("__", "."): body for name, body in nodes.items()}
    return Module(found, {name: "dev-airflow" for name in found if not name.startswith("local.")}, {}, {})


BEFORE = module(
    aws_vpc__v={"cidr": "10.0.0.0/16"},
    aws_subnet__s={"vpc": "${aws_vpc.v.id}"},
    local__subnet={"value": "${aws_subnet.s.id}"},
    aws_lb__l={"subnet": "${local.subnet}"},
    aws_kms_key__k={},
)


@pytest.mark.feature("E7")
def test_output_of_the_foundation_becomes_a_local() -> None:
    stacks = {
        "dev-foundation": {
            "terraform": REQUIRED,
            "provider": PROVIDER,
            "resource": {"aws_vpc": {"v": {"//": "metadata"}}},
            "output": {"vpc_id": {"value": "${aws_vpc.v.id}"}},
        },
        "dev-airflow": {
            "data": {"terraform_remote_state": {"foundation": {}}},
            "resource": {"aws_lb": {"l": {"vpc": "${data.terraform_remote_state.foundation.outputs.vpc_id}"}}},
            "ephemeral": {"aws_x": {"e": {}}},
        },
    }
    document = joined(stacks).document()
    assert document["locals"] == {"vpc_id": "${aws_vpc.v.id}"}
    assert document["resource"] == {"aws_vpc": {"v": {}}, "aws_lb": {"l": {"vpc": "${local.vpc_id}"}}}
    assert document["ephemeral"] == {"aws_x": {"e": {}}}


@pytest.mark.feature("E7")
def test_same_address_in_two_stacks_is_reported() -> None:
    one = {"terraform": REQUIRED, "provider": PROVIDER, "resource": {"aws_vpc": {"v": {}}}}
    with pytest.raises(ValueError, match="a and b both have aws_vpc.v"):
        joined({"a": one, "b": one})


@pytest.mark.feature("E7")
def test_plan_contains_what_a_change_reaches_and_knows_what_that_refers_to() -> None:
    after = module(**{name.replace(".", "__"): body for name, body in BEFORE.nodes.items()})
    assert affected(BEFORE, after) == Reach(set(), set(), set())
    after.nodes["aws_subnet.s"]["vpc"] = "${aws_vpc.v.arn}"
    original = module(**{name.replace(".", "__"): dict(body) for name, body in BEFORE.nodes.items()})
    original.nodes["aws_subnet.s"]["vpc"] = "${aws_vpc.v.id}"
    reach = affected(original, after)
    assert reach == Reach({"aws_subnet.s", "local.subnet", "aws_lb.l"}, {"aws_vpc.v"}, set())


@pytest.mark.feature("E7")
def test_plan_contains_locals_and_ephemeral_resources_through_which_a_change_refers_to_resources() -> None:
    nodes: dict[str, Any] = {
        "aws_kms_key.k": {},
        "ephemeral.aws_x.password": {"exclude": "${aws_kms_key.k.arn}"},
        "local.key": "${aws_kms_key.k.arn}",
        "aws_ssm_parameter.p": {"value_wo": "${ephemeral.aws_x.password.value}", "key": "${local.key}"},
    }
    before = Module(nodes, BEFORE.stack_of, {}, {})
    changed = {**nodes, "aws_ssm_parameter.p": {**nodes["aws_ssm_parameter.p"], "tier": "Advanced"}}
    reach = affected(before, Module(changed, BEFORE.stack_of, {}, {}))
    assert reach.planned == {"aws_ssm_parameter.p", "ephemeral.aws_x.password", "local.key"}
    assert reach.known == {"aws_kms_key.k"}


@pytest.mark.feature("E7")
def test_removed_resource_is_planned_and_another_provider_reaches_everything() -> None:
    fewer = module(aws_kms_key__k={})
    assert affected(BEFORE, fewer) == Reach(set(), set(), {"aws_vpc.v", "aws_subnet.s", "aws_lb.l"})
    elsewhere = Module(BEFORE.nodes, BEFORE.stack_of, {"default_tags": 1}, {})
    assert affected(BEFORE, elsewhere) == Reach(set(BEFORE.nodes), set(), set())


@pytest.mark.feature("E7")
def test_state_of_an_applied_module_becomes_the_state_of_a_changed_one() -> None:
    instance = {"attributes": {"id": "1"}, "dependencies": ["module.dev.aws_vpc.v"]}
    state = {
        "resources": [
            {"module": "module.dev", "type": "aws_lb", "name": "l", "instances": [instance]},
            {"module": "module.other", "type": "aws_lb", "name": "l", "instances": []},
        ]
    }
    (found,) = copied(state, applied="dev", module="change_1", addresses={"aws_lb.l"})
    assert found["module"] == "module.change_1"
    assert found["instances"] == [{"attributes": {"id": "1"}, "dependencies": ["module.change_1.aws_vpc.v"]}]
