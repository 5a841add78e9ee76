"""``terraform test`` of every exported module, with the real Terraform and provider and without an AWS account."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from terraform_harness.terraform import cli_configuration
from terraform_harness.terraform.run import GARBAGE_COLLECTION, Terraform
from terraform_harness.tools import require

from environments import load
from environments.load import HOME
from modules.export import write
from modules.export.terraform_tests import PLAN, VALIDATION
from tests.plan.conftest import NOWHERE

SOURCES = {source.name: source for source in (*write.MODULES, *write.STACKS)}


# These modules run all their tests in the module itself.
WHOLE = frozenset({"alarms", "broker", "encryption-key", "secrets"})
# Blocks of a test file that need the module's resources.
_OF_RESOURCES = re.compile(
    r'^((mock_provider|provider) "aws"|override_data) \{\n.*?^\}\n|^  plan_options \{\n.*?^  \}\n', re.M | re.S
)


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


@pytest.fixture(autouse=True)
def _tools() -> None:
    require("terraform", "provider-mirror")


@pytest.mark.feature("M1", "M2", "M8")
@pytest.mark.parametrize("name", SOURCES)
def test_tests_of_the_module_pass(name: str, tmp_path: Path) -> None:
    """A condition of a variable refers to variables only: most modules test it without resources, 20 times as fast."""
    (module,) = write.modules([SOURCES[name]], structure=load(HOME / "prod.yaml"))
    content = write.content(module)
    write.write(tmp_path / name, content)
    split = name not in WHOLE and VALIDATION in content
    code, output = run_tests(tmp_path / name, *([f"-filter={PLAN}"] if split else []))
    assert (code, ", 0 failed." in output) == (0, True), output
    if split:
        variables = {file: text for file, text in content.items() if file.startswith("variables")}
        write.write(tmp_path / "variables", variables | {VALIDATION: _OF_RESOURCES.sub("", content[VALIDATION])})
        code, output = run_tests(tmp_path / "variables")
        assert (code, ", 0 failed." in output) == (0, True), output
        assert output.count("... pass") >= content[VALIDATION].count("\nrun ")


@pytest.mark.feature("M2")
def test_tests_of_a_module_without_its_validations_fail(tmp_path: Path) -> None:
    (module,) = write.modules([SOURCES["encryption-key"]], structure=load(HOME / "prod.yaml"))
    content = write.content(module)
    without = content["variables.tf"].replace("condition     = ", "condition     = true || ")
    write.write(tmp_path / "module", content | {"variables.tf": without})
    code, output = run_tests(tmp_path / "module")
    assert code == 1
    assert "Missing expected failure" in output
