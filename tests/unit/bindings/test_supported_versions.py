"""A message names unsupported versions and what still works."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bindings_runs import run

PET = """
import cdktf_fast_bindings
cdktf_fast_bindings.install(submodules=["cdktf_cdktf_provider_random.pet"])
from cdktf_cdktf_provider_random.pet import Pet
from cdktf import App, TerraformStack
pet = Pet(TerraformStack(App(), "one"), "pet")
print(pet.friendly_unique_id, cdktf_fast_bindings.loaded("cdktf_cdktf_provider_random").value)
"""


@pytest.mark.parametrize(
    ("name", "message", "mode"),
    [
        ("cdktf-0.19.2", "cdktf 0.19.2 is not supported (0.21); using the ordinary import (10 s)", "ordinary"),
        (
            "jsii-1.130.0",
            "jsii 1.130.0 is not supported (1.142.0); Node starts more slowly (1 s more)",
            "lean",
        ),
    ],
)
def test_unsupported_version_is_named_and_the_program_runs(tmp_path: Path, name: str, message: str, mode: str) -> None:
    information = tmp_path / f"{name}.dist-info" / "METADATA"
    information.parent.mkdir()
    information.write_text("Metadata-Version: 2.1\nName: {}\nVersion: {}\n".format(*name.split("-")))
    out, err = run(tmp_path / "cache", "-c", PET, path=tmp_path)
    assert out == f"pet {mode}"
    assert [line for line in err.splitlines() if "copying" not in line] == [f"cdktf-fast-bindings: {message}"]
