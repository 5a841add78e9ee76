"""Modules of every structure are formatted, valid for the real provider, and split into short files."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from terraform_harness.terraform.run import Terraform
from terraform_harness.tools import require

from modules.export import readme, write
from modules.export.build import Module
from tests.plan.structures import SHARED, STRUCTURES, content, modules

# One process makes what the tests share.
pytestmark = SHARED


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root that calls the modules of all structures; modules with equal files are written once."""
    require("terraform", "provider-mirror")
    root = tmp_path_factory.mktemp("structures")
    written: dict[str, str] = {}
    calls = []
    for name in STRUCTURES:
        for module in modules(name).values():
            files = content(name)[module.name]
            folder = f"{name}-{module.name}"
            if written.setdefault(str(sorted(_code(files).items())), folder) == folder:
                write.write(root / folder, files)
                calls.append(_call(module, folder))
    (root / "main.tf").write_text("\n".join(calls))
    return root


def _code(files: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in files.items() if name.endswith(".tf") and "/" not in name}


def _call(module: Module, folder: str) -> str:
    labelled = replace(module, name=f"m-{folder}")
    return readme.call(labelled, source=f"./{folder}", values=readme.standalone_values(module))


@pytest.mark.feature("M1")
def test_modules_of_every_structure_are_formatted_and_files_are_short(exported: Path) -> None:
    checked = subprocess.run(
        [require("terraform"), "fmt", "-check", "-recursive", "-no-color", exported],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout) == (0, "")
    files = {file: file.read_text().count("\n") for file in exported.glob("*/*.tf")}
    assert {str(file): lines for file, lines in files.items() if lines > 400} == {}


@pytest.mark.feature("M1")
def test_modules_of_every_structure_are_valid(exported: Path) -> None:
    terraform = Terraform(exported)
    terraform.init(verify_once=True)
    terraform.validate()
    assert len(list(exported.glob("*/versions.tf"))) > 40
