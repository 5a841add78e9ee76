"""The same source under the bindings of two AWS providers, each loaded in every way, and under cdktn."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from local.repository import ROOT
from tests.bindings_runs import SAMPLE, files, finish, start
from tests.plan import second_bindings

VERSIONS = {"20.1.0": "5.100.0", "21.22.1": "6.25.0"}


@pytest.fixture(scope="module")
def pythons() -> dict[str, str]:
    """An interpreter by the version of its bindings."""
    return {"20.1.0": sys.executable, "21.22.1": second_bindings.python("6x")}


@pytest.mark.feature("M7")
@pytest.mark.parametrize("version", VERSIONS)
def test_every_way_to_load_gives_the_same_bytes(version: str, pythons: dict[str, str], tmp_path: Path) -> None:
    modes = ("lean", "whole", "ordinary")
    for mode in modes:
        process = start(tmp_path / "cache", str(SAMPLE), str(tmp_path / mode), mode=mode, python=pythons[version])
        assert finish(process)[0] == mode
    assert files(tmp_path / "lean") == files(tmp_path / "whole") == files(tmp_path / "ordinary")
    stack = json.loads((tmp_path / "lean" / "stacks" / "one" / "cdk.tf.json").read_text())
    assert stack["terraform"]["required_providers"]["aws"]["version"] == VERSIONS[version]


@pytest.mark.feature("M7")
def test_environments_are_equal_under_both_but_for_the_providers_version(
    pythons: dict[str, str], tmp_path: Path
) -> None:
    made = {}
    for version, python in pythons.items():
        out = tmp_path / version
        finish(start(tmp_path / "cache", str(ROOT / "main.py"), str(ROOT / "environments"), str(out), python=python))
        made[version] = files(out / "stacks")
    older, newer = made.values()
    assert older.keys() == newer.keys()
    assert len(older) >= 6
    for name, text in older.items():
        before, after = json.loads(text), json.loads(newer[name])
        for stack, version in ((before, "20.1.0"), (after, "21.22.1")):
            assert stack["terraform"]["required_providers"]["aws"].pop("version") == VERSIONS[version]
        assert after == before, name


def synthesized(out: Path, python: str, *, cdk: str) -> dict[str, dict[str, Any]]:
    """Synthesize the environments, and return every stack without the versions of the provider and of the library."""
    arguments = str(ROOT / "main.py"), str(ROOT / "environments"), str(out / "out")
    _, messages = finish(start(out / "cache", *arguments, python=python, cdk=cdk))
    assert messages.count("\n") == messages.count("copying ") == 1, messages
    stacks = {name: json.loads(text) for name, text in files(out / "out" / "stacks").items()}
    for stack in stacks.values():
        provider = stack["terraform"]["required_providers"].pop("aws")
        assert provider["source"].removeprefix("hashicorp/") == "aws"
        assert stack["//"]["metadata"].pop("version").startswith({"cdktf": "0.21.", "cdktn": "0.24."}[cdk])
    return stacks


@pytest.mark.feature("M7")
def test_unmodified_source_gives_the_same_stacks_on_cdktn(tmp_path: Path) -> None:
    cdktf = synthesized(tmp_path / "cdktf", sys.executable, cdk="cdktf")
    cdktn = synthesized(tmp_path / "cdktn", second_bindings.python("cdktn"), cdk="cdktn")
    assert len(cdktf) >= 6
    assert cdktn == cdktf


@pytest.mark.feature("M7")
def test_exported_modules_are_identical_on_cdktf_and_cdktn(tmp_path: Path) -> None:
    folders = {}
    for cdk, python in (("cdktf", sys.executable), ("cdktn", second_bindings.python("cdktn"))):
        out = tmp_path / cdk / "modules"
        arguments = "-m", "modules.export", "--out", str(out)
        cache, gate = tmp_path / cdk / "cache", ROOT / "policies"
        finish(start(cache, *arguments, path=gate, python=python, cdk=cdk))
        folders[cdk] = files(out)
    assert {"README.md", "airflow/versions.tf", "foundation/interface.json"} <= folders["cdktf"].keys()
    assert folders["cdktn"].keys() == folders["cdktf"].keys()
    assert {name for name, text in folders["cdktn"].items() if text != folders["cdktf"][name]} == set()


def test_missing_package_of_cdktn_is_named(tmp_path: Path) -> None:
    process = start(tmp_path, str(ROOT / "main.py"), str(ROOT / "environments"), str(tmp_path / "out"), cdk="cdktn")
    message = "CDK=cdktn needs cdktn, which is not installed. Fix: pip install cdktn, or unset CDK\n"
    assert (process.communicate()[1], process.returncode) == (message, 2)
    assert not (tmp_path / "out").exists()


def test_unknown_library_is_rejected(tmp_path: Path) -> None:
    process = start(tmp_path, "-c", "import modules", cdk="pulumi")
    assert "CDK: must be cdktf or cdktn, got 'pulumi'. Fix: unset it" in process.communicate()[1]
