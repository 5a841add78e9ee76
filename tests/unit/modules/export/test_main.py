"""Exported modules: which values become variables, and which files are written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from environments import load
from environments.load import HOME
from modules.export import write
from modules.export.__main__ import main
from modules.export.build import Module

NAMES = [source.name for source in write.MODULES]


@pytest.fixture(scope="module")
def modules() -> dict[str, Module]:
    found = write.modules(write.MODULES, structure=load(HOME / "prod.yaml"))
    return {module.name: module for module in found}


@pytest.mark.feature("M1")
@pytest.mark.parametrize("name", NAMES)
def test_every_input_is_used_and_everything_used_is_an_input(modules: dict[str, Module], name: str) -> None:
    module = modules[name]
    files = write.content(module)
    code = "\n".join(text for path, text in files.items() if path.endswith(".tf") and path not in {"variables.tf"})
    code = code.replace(files["examples/complete/main.tf"], "")
    for item in module.inputs:
        assert f"var.{item.name}" in code
        assert item.description.endswith(".")
    assert code.count("resource ") >= 1
    assert "TfToken" not in code


@pytest.mark.feature("M1")
def test_structural_values_are_fixed_and_others_are_variables(modules: dict[str, Module]) -> None:
    database = modules["metadata-database"]
    assert database.fixed.keys() >= {"engine_version"}
    inputs = {item.name: item for item in database.inputs}
    assert inputs.keys() >= {"storage_gib", "multi_az", "instance_class", "key_arn", "data_subnet_ids"}
    assert database.sections["resource"]["aws_db_instance"]["this"]["multi_az"] == "${var.multi_az}"
    assert inputs["data_subnet_ids"].rules == ()
    assert [rule.message for rule in {i.name: i for i in modules["network"].inputs}["zones"].rules] == [
        "zones must have 3 items: the number is part of this module's structure."
    ]


@pytest.mark.feature("M1")
def test_resources_are_in_files_by_purpose(modules: dict[str, Module]) -> None:
    files = write.content(modules["metadata-database"])
    assert 'resource "aws_db_instance" "this"' in files["database.tf"]
    assert 'resource "aws_security_group" "security_group"' in files["firewall.tf"]
    assert "main.tf" not in files


@pytest.mark.feature("M3")
def test_readme_has_every_input_output_and_choice(modules: dict[str, Module]) -> None:
    for module in modules.values():
        text = write.content(module)["README.md"]
        rows = [*(item.name for item in module.inputs), *module.outputs, *module.fixed]
        for name in rows:
            assert f"| `{name}` |" in text, f"{module.name}: {name}"


@pytest.mark.feature("M3")
def test_check_reports_stale_files(tmp_path: Path) -> None:
    arguments = ("encryption-key", "--out", str(tmp_path))
    missing = invoke(*arguments, "--check")
    assert (missing.exit_code, "encryption.tf: out of date" in missing.output) == (1, True)
    assert invoke(*arguments).exit_code == 0
    fresh = invoke(*arguments, "--check")
    assert (fresh.exit_code, "1 modules are up to date" in fresh.output) == (0, True)
    folder = tmp_path / "encryption-key"
    (folder / "encryption.tf").write_text("")
    (folder / "more.tf").write_text("")
    stale = invoke(*arguments, "--check")
    assert stale.exit_code == 1
    assert "encryption.tf: out of date" in stale.output
    assert "more.tf: out of date" in stale.output
    assert invoke(*arguments).exit_code == 0
    assert not (folder / "more.tf").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["encryption-key"]


def invoke(*arguments: str) -> Result:
    """The command with these arguments."""
    app = typer.Typer()
    app.command()(main)
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["networks"], "unknown module networks. Fix: use one of network, metadata-database"),
        (["network", "--like", "nowhere"], "nowhere.yaml"),
    ],
)
def test_bad_input_is_one_message_and_exit_2(tmp_path: Path, arguments: list[str], message: str) -> None:
    result = invoke(*arguments, "--out", str(tmp_path))
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_list_names_every_module() -> None:
    assert [line.split()[0] for line in invoke("--list").output.splitlines()] == [*NAMES, "foundation", "airflow"]


@pytest.mark.feature("M3")
def test_change_log_since_the_released_version(tmp_path: Path) -> None:
    released, fresh = tmp_path / "released", tmp_path / "fresh"
    arguments = ("encryption-key", "--since", str(released), "--out", str(fresh))
    assert invoke(*arguments).exit_code == 0
    log = fresh / "encryption-key" / "CHANGELOG.md"
    assert "First version." in log.read_text()
    assert invoke("encryption-key", "--out", str(released)).exit_code == 0
    file = released / "encryption-key" / "interface.json"
    was = json.loads(file.read_text())
    was["inputs"]["old"] = {"type": "string", "required": True, "accepted": []}
    was["resources"]["aws_kms_key.key"] = was["resources"].pop(
        "aws_kms_key.this", was["resources"].get("aws_kms_key.key")
    )
    file.write_text(json.dumps(was))
    assert invoke(*arguments, "--check").exit_code == 1
    assert invoke(*arguments).exit_code == 0
    assert "## Since the released version: major" in log.read_text()
    assert "- major: input old is removed" in log.read_text()
    file.write_text("nothing")
    rejected = invoke(*arguments)
    assert rejected.exit_code == 2
    assert "interface.json: Expecting value" in rejected.output
