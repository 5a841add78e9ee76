"""Interface comparison: the part of the version to raise, and `moved` blocks for renamed resources."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from modules.export import interface, write
from modules.export.build import Module
from modules.export.compare import main
from modules.export.interface import Step


def invoke(*arguments: str) -> Result:
    """The command with these arguments."""
    app = typer.Typer()
    app.command()(main)
    return CliRunner().invoke(app, arguments)


OLD: dict[str, Any] = {
    "name": "network",
    "inputs": {
        "name": {"type": "string", "required": True, "accepted": []},
        "size": {"type": "number", "required": False, "default": 1, "accepted": ["var.size > 0"]},
    },
    "requires": {"terraform": ">= 1.11.0", "aws": ">= 5.100.0, < 7.0.0"},
    "outputs": {"vpc_id": "${aws_vpc.main.id}"},
    "resources": {
        "aws_db_instance.this": {"storage_encrypted": True, "kms_key_id": "${var.key_arn}", "monitoring_interval": 60},
        "aws_vpc.main": {"cidr_block": "${var.cidr}"},
        "aws_subnet.a": {"vpc_id": "${aws_vpc.main.id}", "zone": "a"},
    },
}


def _renamed(new: dict[str, Any]) -> None:
    new["resources"]["aws_vpc.vpc"] = new["resources"].pop("aws_vpc.main")
    new["resources"]["aws_subnet.a"]["vpc_id"] = "${aws_vpc.vpc.id}"


def _set(*path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(new: dict[str, Any]) -> None:
        for part in path[:-1]:
            new = new[part]
        new[path[-1]] = value

    return change


CASES: list[tuple[Callable[[dict[str, Any]], object], Step, str]] = [
    (dict.copy, Step.NONE, ""),
    (lambda new: new["inputs"].pop("size"), Step.MAJOR, "input size is removed"),
    (
        _set("inputs", "more", value={"type": "string", "required": True, "accepted": []}),
        Step.MAJOR,
        "new and required",
    ),
    (
        _set("inputs", "more", value={"type": "string", "required": False, "accepted": []}),
        Step.MINOR,
        "new and optional",
    ),
    (_set("inputs", "size", "type", value="string"), Step.MAJOR, "input size was number and is string"),
    (_set("inputs", "size", "required", value=True), Step.MAJOR, "input size has become required"),
    (_set("inputs", "name", "required", value=False), Step.MINOR, "input name has become optional"),
    (_set("inputs", "size", "default", value=2), Step.MAJOR, "input size changes its default from 1 to 2"),
    (_set("inputs", "size", "accepted", value=["var.size > 5"]), Step.MAJOR, "must now satisfy var.size > 5"),
    (_set("inputs", "size", "accepted", value=[]), Step.MINOR, "input size accepts more values"),
    (_set("outputs", value={}), Step.MAJOR, "output vpc_id is removed"),
    (_set("outputs", "arn", value=""), Step.MINOR, "output arn is new"),
    (_set("outputs", "vpc_id", value="constant"), Step.MAJOR, "output vpc_id changes its value from"),
    (_set("outputs", "vpc_id", value=["${aws_vpc.main.id}"]), Step.MAJOR, "output vpc_id is no longer a text"),
    (_set("requires", "terraform", value=">= 1.12.0"), Step.MAJOR, "terraform changes from >= 1.11.0 to"),
    (_set("requires", "terraform", value=">= 1.10.0"), Step.MINOR, "terraform changes from >= 1.11.0 to >= 1.10.0"),
    (_set("requires", "aws", value=">= 5.100.0, < 8.0.0"), Step.MINOR, "aws changes from"),
    (_set("inputs", "size", "nullable", value=False), Step.MAJOR, "input size no longer accepts null"),
    (_set("requires", "aws", value=">= 6.0.0, < 7.0.0"), Step.MAJOR, "aws changes from >= 5.100.0, < 7.0.0 to"),
    (_set("resources", "aws_vpc.main", "cidr_block", value="10.0.0.0/16"), Step.MAJOR, "aws_vpc.main may be replaced"),
    (_set("resources", "aws_db_instance.this", "storage_encrypted", value=False), Step.MAJOR, "loses a protection"),
    (_set("resources", "aws_db_instance.this", "kms_key_id", value=None), Step.MAJOR, "loses a protection: kms_key_id"),
    (_set("resources", "aws_db_instance.this", "monitoring_interval", value=0), Step.PATCH, "in place: monitoring"),
    (lambda new: new["resources"].pop("aws_subnet.a"), Step.MAJOR, "resource aws_subnet.a is removed"),
    (_set("resources", "aws_eip.a", value={}), Step.MINOR, "resource aws_eip.a is new"),
    (_set("resources", "aws_subnet.a", "zone", value="b"), Step.PATCH, "aws_subnet.a changes in place"),
    (_renamed, Step.MAJOR, "resource aws_vpc.main is renamed to aws_vpc.vpc"),
]


@pytest.mark.feature("M5")
@pytest.mark.parametrize(("change", "step", "text"), CASES)
def test_change_has_its_version_step_and_text(
    change: Callable[[dict[str, Any]], object], step: Step, text: str
) -> None:
    new = copy.deepcopy(OLD)
    change(new)
    found = interface.changes(OLD, new)
    assert interface.verdict(found) == step
    assert text in "\n".join(item.text for item in found)


VPC = 'resource "aws_vpc" "%s" {\n  cidr_block = var.cidr\n}\n'


def write_main(folder: Path, text: str) -> str:
    """A module folder with the single file ``main.tf``."""
    folder.mkdir(exist_ok=True)
    (folder / "main.tf").write_text(text)
    return str(folder)


@pytest.mark.feature("M5")
def test_a_renamed_resource_gets_its_moved_block_and_is_a_patch_with_it(tmp_path: Path) -> None:
    subnet = 'resource "aws_subnet" "a" {\n  vpc_id = aws_vpc.%s.id\n}\n'
    old = write_main(tmp_path / "old", VPC % "main" + subnet % "main")
    new = write_main(tmp_path / "new", VPC % "vpc" + subnet % "vpc")
    result = invoke(old, new)
    block = "moved {\n  from = aws_vpc.main\n  to   = aws_vpc.vpc\n}\n"
    assert (result.exit_code, block in result.output) == (0, True)
    assert result.output.endswith("verdict: major\n")
    (tmp_path / "new" / "moved.tf").write_text(block)
    with_block = invoke(old, new).output
    assert with_block == "patch  resource aws_vpc.main is renamed to aws_vpc.vpc by a moved block\n\nverdict: patch\n"


@pytest.mark.feature("M5")
def test_a_renamed_resource_with_a_changed_argument_gets_its_moved_block(tmp_path: Path) -> None:
    text = 'resource "aws_db_instance" "%s" {\n  engine = "postgres"\n  port = 5432\n  monitoring_interval = %s\n}\n'
    old, new = write_main(tmp_path / "old", text % ("db", 60)), write_main(tmp_path / "new", text % ("this", 30))
    output = invoke(old, new).output
    assert "major  resource aws_db_instance.db is renamed to aws_db_instance.this" in output
    assert "patch  resource aws_db_instance.this changes in place: monitoring_interval" in output
    assert "moved {\n  from = aws_db_instance.db\n  to   = aws_db_instance.this\n}" in output


@pytest.mark.feature("M5")
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("deletion_protection = var.protect", "deletion_protection = false", "loses a protection: deletion_protection"),
        ("backup_retention_period = 7", "backup_retention_period = 1", "loses a protection: backup_retention_period"),
        ('cidr_ipv4 = "10.0.0.0/8"', 'cidr_ipv4 = "0.0.0.0/0"', "loses a protection: cidr_ipv4"),
        ("lifecycle {\n prevent_destroy = true\n}", "", "loses a protection: lifecycle.0.prevent_destroy"),
        ("deletion_protection = true", "deletion_protection = var.protect", "in place: deletion_protection"),
        ("deletion_protection = false", "deletion_protection = true", "in place: deletion_protection"),
    ],
)
def test_a_weaker_protection_is_major_and_a_variable_counts_as_its_default(
    old: str, new: str, message: str, tmp_path: Path
) -> None:
    text = 'variable "protect" {\n  type = bool\n  default = true\n}\nresource "aws_db_instance" "this" {\n%s\n}\n'
    output = invoke(write_main(tmp_path / "old", text % old), write_main(tmp_path / "new", text % new)).output
    assert message in output
    assert f"verdict: {'major' if 'loses' in message else 'patch'}" in output


@pytest.mark.feature("M5")
def test_an_output_with_another_attribute_of_the_same_resource_is_major(tmp_path: Path) -> None:
    text = VPC % "main" + 'output "vpc" {\n  value = aws_vpc.main.%s\n}\n'
    old, new = write_main(tmp_path / "old", text % "id"), write_main(tmp_path / "new", text % "arn")
    assert "output vpc changes its value from ${aws_vpc.main.id} to ${aws_vpc.main.arn}" in invoke(old, new).output


@pytest.mark.feature("M5")
def test_a_folder_that_is_not_a_module_gives_a_single_message(tmp_path: Path) -> None:
    result = invoke(str(tmp_path), str(tmp_path))
    assert result.exit_code == 2
    assert "not a module, because it contains no .tf file. Fix: .venv/bin/python -m modules.export" in result.output
    (tmp_path / "main.tf").write_text("resource {{\n")
    assert "main.tf: not HCL: line 1" in invoke(str(tmp_path), str(tmp_path)).output


@pytest.mark.feature("M5")
def test_files_changed_by_hand_count(every_module: dict[str, Module], tmp_path: Path) -> None:
    content = write.content(every_module["broker"])
    write.write(tmp_path / "old", content)
    write.write(tmp_path / "new", content)
    assert "verdict: none" in invoke(str(tmp_path / "old"), str(tmp_path / "new")).output
    variables = content["variables.tf"].replace('variable "node_type"', 'variable "size"')
    variables = variables.replace("default     = 90", "default     = 30")
    versions = content["versions.tf"].replace(">= 1.11.0", ">= 1.12.0")
    write.write(tmp_path / "new", content | {"variables.tf": variables, "versions.tf": versions})
    output = invoke(str(tmp_path / "old"), str(tmp_path / "new")).output
    assert "major  input node_type is removed" in output
    assert "minor  input size is new and optional" in output
    assert "major  input log_retention_days changes its default from 90 to 30" in output
    assert "major  the required version of terraform changes from >= 1.11.0 to >= 1.12.0" in output


@pytest.mark.feature("M5")
def test_every_module_can_be_read_and_a_changed_local_value_is_a_patch(
    every_module: dict[str, Module], tmp_path: Path
) -> None:
    for name, module in every_module.items():
        write.write(tmp_path / name, write.content(module))
        found = interface.read(tmp_path / name)
        assert found["inputs"].keys() == {item.name for item in module.inputs}
        assert found["outputs"].keys() == module.outputs.keys()
        assert interface.changes(found, interface.read(tmp_path / name)) == []
    locals_ = "locals {\n  a = 1\n}\n\nlocals {\n  b = %s\n}\n"
    old, new = write_main(tmp_path / "old", locals_ % 1), write_main(tmp_path / "new", locals_ % 2)
    assert invoke(old, new).output == "patch  local.b changes\n\nverdict: patch\n"


@pytest.mark.feature("M5")
def test_moved_blocks_stay_when_a_module_is_written_again(every_module: dict[str, Module], tmp_path: Path) -> None:
    content = write.content(every_module["broker"])
    write.write(tmp_path / "broker", content)
    moved = "moved {\n  from = aws_vpc.main\n  to   = aws_vpc.vpc\n}\n"
    (tmp_path / "broker" / "moved.tf").write_text(moved)
    write.write(tmp_path / "broker", content)
    assert (tmp_path / "broker" / "moved.tf").read_text() == moved
    assert write.differences(tmp_path / "broker", content) == []
