"""A feature without its extra names the extra."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import terraform_harness
from terraform_harness import extras, policy_gate
from terraform_harness.emulator import Emulator

ALONE = ("pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "py")
"""The packages that `pip install terraform-harness` installs."""
IMPORT_ALL = """
import importlib, pkgutil, terraform_harness
from terraform_harness.extras import MissingExtra
for module in pkgutil.walk_packages(terraform_harness.__path__, "terraform_harness.", onerror=lambda name: None):
    if not module.name.endswith("__main__"):
        try:
            importlib.import_module(module.name)
        except MissingExtra as error:
            print(module.name, "|", error)
"""


@pytest.fixture
def alone(tmp_path: Path) -> list[str]:
    """A command line of a Python that has the harness without its extras."""
    for name in ALONE:
        spec = find_spec(name)
        assert spec
        assert spec.origin
        file = Path(spec.origin)
        source = file.parent if file.name == "__init__.py" else file
        (tmp_path / source.name).symlink_to(source)
    (tmp_path / "terraform_harness").symlink_to(Path(terraform_harness.__file__).parent)
    start = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
    return [sys.executable, "-I", "-S", "-c", start]


def _run(alone: list[str], code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*alone[:-1], alone[-1] + code], capture_output=True, text=True, check=False)


def test_every_module_that_needs_an_extra_names_it(alone: list[str]) -> None:
    done = _run(alone, IMPORT_ALL)
    assert done.returncode == 0, done.stderr
    named = dict(line.split(" | ") for line in done.stdout.splitlines())
    assert "Fix: pip install 'terraform-harness[emulator]'" in named["terraform_harness.lifecycle"]
    assert "Fix: pip install 'terraform-harness[iam]'" in named["terraform_harness.emulator.iam.access"]
    assert not [name for name in named if "assertions" in name or name.endswith(("pytest_plugin", "terraform.run"))]


@pytest.mark.parametrize("program", ["mutation", "coverage"])
def test_program_without_its_extra_ends_with_the_fix_only(alone: list[str], program: str) -> None:
    done = _run(alone, f"import runpy; runpy.run_module('terraform_harness.{program}', run_name='__main__')")
    assert done.stderr == "typer is not installed. Fix: pip install 'terraform-harness[policies]'\n"
    assert done.returncode == 2


@pytest.fixture
def _nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)


@pytest.mark.usefixtures("_nothing_installed")
def test_emulator_without_its_extra_names_it() -> None:
    with pytest.raises(extras.MissingExtra, match=r"moto, .* Fix: pip install 'terraform-harness\[emulator\]'"):
        Emulator(account_id="111111111111").start()


@pytest.mark.usefixtures("_nothing_installed")
def test_policy_gate_without_its_extra_names_it(tmp_path: Path) -> None:
    with pytest.raises(
        extras.MissingExtra, match=r"terraform_gate .* Fix: pip install 'terraform-harness\[policies\]'"
    ):
        policy_gate.check([tmp_path], folder=tmp_path)
