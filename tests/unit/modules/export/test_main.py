"""Exported modules: which values become variables, and which files are written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from click.testing import Result
from terraform_harness.assertions import Template
from typer.testing import CliRunner

from environments.load import from_data
from modules.export import readme, write
from modules.export.__main__ import main
from modules.export.build import Module
from tests.unit.environments.cases import SMALLEST, TWO_TEAMS, changed

NAMES = [source.name for source in write.MODULES]


@pytest.fixture(scope="module")
def modules(every_module: dict[str, Module]) -> dict[str, Module]:
    """The modules of single constructs."""
    return {name: every_module[name] for name in NAMES}


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
    assert Template(database.sections).one("aws_db_instance.this").values["multi_az"] == "${var.multi_az}"
    assert inputs["data_subnet_ids"].rules == ()
    assert [rule.message for rule in {i.name: i for i in modules["network"].inputs}["zones"].rules] == [
        "zones must have 3 items: the number is part of this module's structure.",
        "zones must list each zone once.",
    ]


@pytest.mark.feature("M1")
def test_resources_are_in_files_by_purpose(modules: dict[str, Module]) -> None:
    files = write.content(modules["metadata-database"])
    assert 'resource "aws_db_instance" "this"' in files["database.tf"]
    assert 'resource "aws_security_group" "security_group"' in files["firewall.tf"]
    assert files["main.tf"].startswith("# The resources of this module are in these files:\n#   database.tf\n")


@pytest.mark.feature("M1")
def test_a_small_module_has_its_resources_in_main_tf(modules: dict[str, Module]) -> None:
    files = write.content(modules["encryption-key"])
    assert 'resource "aws_kms_key" "this"' in files["main.tf"]
    assert [name for name in files if name.endswith(".tf") and "/" not in name] == [
        "main.tf",
        "outputs.tf",
        "variables.tf",
        "versions.tf",
    ]


@pytest.mark.feature("M1")
def test_json_is_readable_and_files_are_short(every_module: dict[str, Module]) -> None:
    for module in every_module.values():
        for name, text in write.content(module).items():
            if name.endswith(".tf"):
                assert text.count("\n") <= 400, f"{module.name}/{name}"
                assert '= "[{' not in text, f"{module.name}/{name}: JSON in quotes"
                assert '= "{' not in text.replace("BACKEND_KWARGS", "") or "services" in name, f"{module.name}/{name}"
                assert not re.search(r"\)\.\d", text), f"{module.name}/{name}: deprecated index"


@pytest.mark.feature("M1")
def test_every_resource_with_tags_takes_the_input_tags(modules: dict[str, Module]) -> None:
    bucket = modules["private-bucket"].sections["resource"]
    assert bucket["aws_s3_bucket"]["this"]["tags"].endswith(", var.tags)}")
    assert "tags" not in bucket["aws_s3_bucket_versioning"]["versioning"]
    main = write.content(modules["certificate"])["main.tf"]
    assert "tags = merge({\n    Name = var.domain_name\n  }, var.tags)" in main


@pytest.mark.feature("M1")
def test_the_deferral_of_ephemeral_resources_is_a_local_with_a_comment(modules: dict[str, Module]) -> None:
    files = write.content(modules["secrets"])
    assert "unknown_until_apply = substr(terraform_data.first_apply.id, 0, 0)" in files["main.tf"]
    assert "# An empty text that is unknown until the first apply." in files["main.tf"]
    assert sum(text.count("substr(") for text in files.values()) == 1


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
    assert (missing.exit_code, "main.tf: out of date" in missing.output) == (1, True)
    assert invoke(*arguments).exit_code == 0
    fresh = invoke(*arguments, "--check")
    assert (fresh.exit_code, "1 modules are up to date" in fresh.output) == (0, True)
    folder = tmp_path / "encryption-key"
    (folder / "main.tf").write_text("")
    (folder / "more.tf").write_text("")
    stale = invoke(*arguments, "--check")
    assert stale.exit_code == 1
    assert "main.tf: out of date" in stale.output
    assert "more.tf: out of date" in stale.output
    assert invoke(*arguments).exit_code == 0
    assert not (folder / "more.tf").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["encryption-key"]


OLD = '\nvariable "old" {\n  type = string\n}\n'


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


@pytest.mark.feature("T9")
def test_environment_with_teams_cannot_become_a_module() -> None:
    environment = from_data(changed(SMALLEST, TWO_TEAMS), source="dev.yaml")
    with pytest.raises(write.UnsupportedEnvironment, match=r"dev: teams: modules have no teams.*Fix: use another"):
        write.modules(write.sources(["network"]), structure=environment)


@pytest.mark.parametrize(
    ("file", "exported"), [("main.tf", False), ("examples/complete/terraform.tfstate", True), ("prod.tfvars", True)]
)
def test_folder_with_files_of_another_origin_is_not_changed(tmp_path: Path, file: str, exported: bool) -> None:
    if exported:
        assert invoke("dns-record", "--out", str(tmp_path)).exit_code == 0
    foreign = tmp_path / "dns-record" / file
    foreign.parent.mkdir(parents=True, exist_ok=True)
    foreign.write_text("ours")
    before = sorted(tmp_path.rglob("*"))
    result = invoke("encryption-key", "dns-record", "--out", str(tmp_path))
    assert (result.exit_code, f"would delete {file}, which it did not write" in result.output) == (2, True)
    assert (foreign.read_text(), sorted(tmp_path.rglob("*"))) == ("ours", before)


@pytest.mark.feature("M3")
def test_export_of_all_modules_writes_an_index_and_check_covers_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "MODULES", write.MODULES[:2])
    monkeypatch.setattr(write, "STACKS", ())
    assert invoke("--out", str(tmp_path)).exit_code == 0
    index = tmp_path / "README.md"
    for name in NAMES[:2]:
        assert f"[{name}]({name}/README.md)" in index.read_text()
        assert (tmp_path / name / "LICENSE").read_text() == readme.LICENSE.read_text()
    index.write_text("")
    stale = invoke("--out", str(tmp_path), "--check")
    assert (stale.exit_code, f"{index}: out of date" in stale.output) == (1, True)


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
    for name, old, new in (("main.tf", '"aws_kms_key" "this"', '"aws_kms_key" "key"'), ("variables.tf", "", OLD)):
        hcl = released / "encryption-key" / name
        hcl.write_text(hcl.read_text().replace(old, new) if old else hcl.read_text() + new)
    assert invoke(*arguments, "--check").exit_code == 1
    assert invoke(*arguments).exit_code == 0
    assert "## Since the released version: major" in log.read_text()
    assert "- major: input old is removed" in log.read_text()
    (released / "encryption-key" / "main.tf").write_text("{")
    rejected = invoke(*arguments)
    assert rejected.exit_code == 2
    assert "main.tf: not HCL: line 1" in rejected.output
