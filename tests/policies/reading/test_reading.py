"""Values are read from Terraform JSON, from other stacks and from plans; all others are unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from terraform_gate.configuration import Configuration
from terraform_gate.reading.expression import Reference, is_known, reference, references
from terraform_gate.reading.inputs import read
from terraform_gate.reading.json_document import document
from terraform_gate.reading.plan_expression import refine, source_value
from terraform_gate.testing import configuration_from
from terraform_harness import tools
from terraform_harness.terraform.run import Terraform

from tests.policies.gate_inputs import Folder

VPC = {"aws_vpc": {"main": {"cidr_block": "10.0.0.0/16"}}}


def _subnet(**arguments: Any) -> dict[str, Any]:
    return {**VPC, "aws_subnet": {"a": arguments}}


def _read(configuration: Configuration, name: str) -> Any:
    return configuration.of_type("aws_subnet")[0].body[name]


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("${var.cidr}", "10.1.0.0/24"),
        ("${local.nested.first[1]}", "two"),
        ('${local.nested["first"][0]}', "one"),
        ("x-${var.number}-${var.flag}", "x-3-true"),
        ("${aws_vpc.main.cidr_block}", "10.0.0.0/16"),
        ("$${not an expression}", "$${not an expression}"),
        ("${var.list}", ["a", "b"]),
    ],
)
def test_known_value_is_evaluated(written: str, known: Any) -> None:
    variables = {
        "cidr": {"default": "10.1.0.0/24"},
        "number": {"default": 3},
        "flag": {"default": True},
        "list": {"default": ["a", "b"]},
    }
    local_values = {"nested": {"first": ["one", "two"]}}
    configuration = configuration_from(_subnet(tag=written), variable=variables, locals=local_values)
    assert _read(configuration, "tag") == known
    assert is_known(known)


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    "written",
    [
        "${var.nothing}",
        "${cidrsubnet(var.cidr, 8, 1)}",
        "${aws_vpc.main.id}",
        "${local.circle}",
        "${each.value}",
        "x${",
    ],
)
def test_other_value_stays_unknown(written: str) -> None:
    configuration = configuration_from(_subnet(tag=written), locals={"circle": "${local.circle}"})
    assert not is_known(_read(configuration, "tag"))


@pytest.mark.feature("P5")
def test_reference_resolves_to_its_resource() -> None:
    configuration = configuration_from(_subnet(vpc_id="${aws_vpc.main.id}", name="vpc ${aws_vpc.main.id}!"))
    (subnet,), (vpc,) = configuration.of_type("aws_subnet"), configuration.of_type("aws_vpc")
    assert configuration.find(subnet.get("vpc_id")) is vpc
    assert configuration.find(subnet.get("name")) is None, "a template is not a reference"
    assert configuration.mentioned_in(subnet.get("name")) == (vpc,)
    assert configuration.users_of(vpc, "aws_subnet") == (subnet,)
    assert configuration.users_of(vpc, "aws_route") == ()


@pytest.mark.feature("P5")
def test_references_are_parsed() -> None:
    assert reference('${dev//module.net[0].aws_subnet.a["x"].id}') == Reference(
        'dev//module.net[0].aws_subnet.a["x"]', "id"
    )
    assert reference("${local.some_map.key}") is None
    assert references("${local.some_map.key}") == ()
    assert [item.key for item in references('${join(",", [aws_a.b.id, data.aws_c.d.arn])}')] == [
        "aws_a.b",
        "data.aws_c.d",
    ]
    assert document('{"Resource": "${aws_s3_bucket.b.arn}/*"}') == {"Resource": "${aws_s3_bucket.b.arn}/*"}
    assert document("{oops") is None


@pytest.mark.feature("P5")
def test_dynamic_blocks_are_expanded() -> None:
    dynamic = {"ingress": {"for_each": "${var.ports}", "content": {"from_port": "${ingress.value}", "self": True}}}
    groups = {"aws_security_group": {"a": {"dynamic": dynamic, "ingress": {"from_port": 1}}}}
    known = configuration_from(groups, variable={"ports": {"default": [80, 443]}})
    ports = [block["from_port"] for block in known.of_type("aws_security_group")[0].blocks("ingress")]
    assert ports == [1, 80, 443]
    unknown = configuration_from(groups, variable={"ports": {}})
    (_, block) = unknown.of_type("aws_security_group")[0].blocks("ingress")
    assert (block["self"], is_known(block["from_port"])) == (True, False)


@pytest.mark.feature("P5")
def test_resource_with_count_0_is_absent() -> None:
    assert configuration_from({"aws_vpc": {"main": {"count": 0}}}).of_type("aws_vpc") == ()


@pytest.mark.feature("P5")
@pytest.mark.parametrize(
    ("backend", "config"),
    [
        (
            {"backend": {"s3": {"bucket": "b", "key": "k", "region": "r", "use_lockfile": True}}},
            {"bucket": "b", "key": "k"},
        ),
        ({"backend": {"local": {"path": "base.tfstate"}}}, {"path": "base.tfstate"}),
        (
            {"cloud": {"organization": "o", "workspaces": {"name": "w", "project": "p"}}},
            {"organization": "o", "workspaces": {"name": "w"}},
        ),
    ],
)
def test_remote_state_resolves_by_its_backend(tmp_path: Path, backend: dict[str, Any], config: dict[str, Any]) -> None:
    folder = Folder(tmp_path)
    kind = next(iter(backend.get("backend", {"remote": {}})))
    base = folder.write(VPC, stack="base", terraform=backend, output={"vpc": {"value": "${aws_vpc.main.id}"}})
    reads = {"terraform_remote_state": {"net": {"backend": kind, "config": config}}}
    subnet = {"aws_subnet": {"a": {"vpc_id": "${data.terraform_remote_state.net.outputs.vpc}"}}}
    app = folder.write(subnet, data=reads)
    other = folder.write(VPC, stack="other")
    first, second = read([base, app, other]).configurations()
    assert ({stack.name for stack in first.stacks}, {stack.name for stack in second.stacks}) == (
        {"base", "app"},
        {"other"},
    )
    found = first.find(_read(first, "vpc_id"))
    assert found is not None
    assert found.key == "base//aws_vpc.main"


@pytest.mark.feature("P5")
def test_planned_values_replace_expressions() -> None:
    assert refine("10.0.0.0/16", None, "${cidrsubnet(var.a, 1, 1)}") == "10.0.0.0/16"
    assert refine("vpc-1", None, "${s//aws_vpc.main.id}") == "${s//aws_vpc.main.id}", "a reference to an id is kept"
    assert refine(None, True, None) == "${unknown}"
    assert refine("a ${literal}", None, None) == "a $${literal}"
    rules = refine(
        [{"port": 80, "group": None}, {"port": 443, "group": None}],
        [{"group": True}, {"group": True}],
        [
            {"port": 443, "group": "${s//aws_security_group.b.id}"},
            {"port": 80, "group": "${s//aws_security_group.a.id}"},
        ],
    )
    assert [rule["group"] for rule in rules] == ["${s//aws_security_group.a.id}", "${s//aws_security_group.b.id}"]


@pytest.mark.feature("P5")
def test_plan_expressions_become_references() -> None:
    assert source_value({"references": ["aws_vpc.v.id", "aws_vpc.v"]}) == "${aws_vpc.v.id}"
    both = source_value({"references": ["aws_a.b.id", "aws_a.b", "aws_c.d.id", "aws_c.d"]})
    assert [item.key for item in references(both)] == ["aws_a.b", "aws_c.d"]
    assert not is_known(both)


@pytest.mark.feature("P5")
def test_plan_with_modules_counts_and_hcl_is_read(tmp_path: Path) -> None:
    """A real plan of hand-written HCL: modules, for_each, count, references through module inputs and outputs."""
    tools.require("terraform")
    (tmp_path / "net").mkdir()
    (tmp_path / "main.tf").write_text(
        'module "net" {\n  source = "./net"\n  for_each = toset(["a", "b"])\n  owner = terraform_data.owner.id\n}\n'
        'resource "terraform_data" "owner" {}\n'
        'resource "terraform_data" "user" {\n  count = 2\n  input = module.net["a"].made\n}\n'
    )
    (tmp_path / "net" / "main.tf").write_text(
        'variable "owner" {}\nresource "terraform_data" "part" {\n  input = var.owner\n}\n'
        'output "made" {\n  value = terraform_data.part.id\n}\n'
    )
    runner = Terraform(tmp_path)
    runner.init()
    (tmp_path / "plan.json").write_text(json.dumps(runner.show(runner.plan())))
    inputs = read([tmp_path / "plan.json"])
    (configuration,) = inputs.configurations()
    by_address = {item.address: item for item in configuration.resources.values()}
    assert set(by_address) == {
        "terraform_data.owner",
        "terraform_data.user[0]",
        "terraform_data.user[1]",
        'module.net["a"].terraform_data.part',
        'module.net["b"].terraform_data.part',
    }
    part = by_address['module.net["a"].terraform_data.part']
    assert configuration.find(part.get("input")) is by_address["terraform_data.owner"]
    assert configuration.find(by_address["terraform_data.user[1]"].get("input")) is part
