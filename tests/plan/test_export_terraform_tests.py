"""``terraform test`` of every exported module, with the real Terraform and provider and without an AWS account."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from terraform_harness.terraform import cli_configuration
from terraform_harness.terraform.diagnostics import Message, read_message
from terraform_harness.terraform.run import GARBAGE_COLLECTION, Terraform
from terraform_harness.tools import require

from modules.export import write
from modules.export.terraform_tests import PLAN, VALIDATION
from tests.plan import structures
from tests.plan.conftest import NOWHERE

# One process makes what the tests share.
pytestmark = structures.SHARED

SOURCES = [source.name for source in (*write.MODULES, *write.STACKS)]


# The tests of this module run in the module itself, as it is exported.
ALONE = "encryption-key"
TOGETHER = [name for name in SOURCES if name != ALONE]
# The validations of these modules are tested with the resources, those of the others without.
WHOLE = frozenset({"alarms", "broker", "secrets"})
# Blocks of a test file that need the module's resources.
_OF_RESOURCES = re.compile(
    r'^((mock_provider|provider) "aws"|override_data) \{\n.*?^\}\n|^  plan_options \{\n.*?^  \}\n', re.M | re.S
)
_RUN = re.compile(r'^run "(\w+)" \{\n', re.M)


def run_tests(folder: Path, *options: str) -> tuple[int, str]:
    """Exit code and output of ``terraform test`` in ``folder``."""
    Terraform(folder).init(verify_once=True)
    done = subprocess.run(
        [require("terraform"), "test", "-no-color", *options],
        cwd=folder,
        env=GARBAGE_COLLECTION | os.environ | NOWHERE | {"TF_CLI_CONFIG_FILE": str(cli_configuration.path())},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module", autouse=True)
def _tools() -> None:
    require("terraform", "provider-mirror")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Message]]:
    """What Terraform says about the plan tests of each module, and about all tests of some.

    One root has the tests of all these modules: ``terraform test`` in each of them would start the provider and read
    its schema, which takes two seconds. Each run names its module; nothing else is changed.
    """
    root = tmp_path_factory.mktemp("terraform-tests") / "root"
    tests = root / "tests"
    tests.mkdir(parents=True)
    (root / "main.tf").write_text("# init does nothing in a root without configuration\nlocals {}\n")
    for name in TOGETHER:
        files = structures.content("prod")[name]
        write.write(root / "modules" / name, files)
        of_module = f'  module {{\n    source = "./modules/{name}"\n  }}\n\n'
        for file in _tested_with_resources(name):
            (tests / f"{name}.{Path(file).name}").write_text(_RUN.sub(rf"\g<0>{of_module}", files[file]))
    said: dict[str, list[Message]] = {name: [] for name in TOGETHER}
    for message in map(read_message, run_tests(root, "-json")[1].splitlines()):
        if file := message.fields.get("@testfile"):
            said[Path(file).name.partition(".")[0]].append(message)
    return said


def _tested_with_resources(name: str) -> tuple[str, ...]:
    return (PLAN, VALIDATION) if name in WHOLE else (PLAN,)


@pytest.mark.feature("M1", "M2", "M8")
@pytest.mark.parametrize("name", TOGETHER)
def test_plan_tests_of_the_module_pass(name: str, planned: Mapping[str, list[Message]]) -> None:
    ended = [message.fields["test_run"] for message in planned[name] if message.kind == "test_run"]
    status = {run["run"]: run["status"] for run in ended if run["progress"] == "complete"}
    content = structures.content("prod")[name]
    runs = [run for file in _tested_with_resources(name) for run in _RUN.findall(content[file])]
    assert runs
    assert status == dict.fromkeys(runs, "pass"), "\n".join(
        str(message.diagnostic or message.text) for message in planned[name]
    )


@pytest.mark.feature("M1", "M2", "M8")
@pytest.mark.parametrize("name", [name for name in TOGETHER if name not in WHOLE])
def test_validations_of_the_module_reject_what_its_tests_say(name: str, tmp_path: Path) -> None:
    """A condition of a variable refers to variables only: without resources, its tests take a twentieth of the time."""
    content = structures.content("prod")[name]
    if VALIDATION not in content:
        assert not any(item.rules for item in structures.modules("prod")[name].inputs)
        return
    variables = {file: text for file, text in content.items() if file.startswith("variables")}
    write.write(tmp_path / "variables", variables | {VALIDATION: _OF_RESOURCES.sub("", content[VALIDATION])})
    code, output = run_tests(tmp_path / "variables")
    assert (code, ", 0 failed." in output) == (0, True), output
    assert output.count("... pass") >= content[VALIDATION].count("\nrun ")


@pytest.mark.feature("M1", "M2", "M8")
def test_tests_of_an_exported_module_pass(tmp_path: Path) -> None:
    write.write(tmp_path / ALONE, structures.content("prod")[ALONE])
    code, output = run_tests(tmp_path / ALONE)
    assert (code, ", 0 failed." in output) == (0, True), output


@pytest.mark.feature("M2")
def test_tests_of_a_module_without_its_validations_fail(tmp_path: Path) -> None:
    content = structures.content("prod")[ALONE]
    without = content["variables.tf"].replace("condition     = ", "condition     = true || ")
    write.write(tmp_path / "module", content | {"variables.tf": without})
    code, output = run_tests(tmp_path / "module")
    assert code == 1
    assert "Missing expected failure" in output
