"""The same source under the bindings of two AWS providers, each loaded in every way, and under cdktn."""

from __future__ import annotations

import json
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from local.repository import ROOT
from tests.bindings_runs import SAMPLE, files, finish, start
from tests.plan import second_bindings

# Minutes of processor time in one process.
pytestmark = pytest.mark.long

VERSIONS = {"20.1.0": "5.100.0", "21.22.1": "6.25.0"}
CDKTN = "cdktn"
Synthesized = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def pythons() -> dict[str, str]:
    """An interpreter by the version of its bindings, and the one of cdktn."""
    return {"20.1.0": sys.executable, "21.22.1": second_bindings.python("6x"), CDKTN: second_bindings.python(CDKTN)}


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the cache of each interpreter: copying resource types from an archive takes seconds."""
    return tmp_path_factory.mktemp("caches")


@pytest.mark.feature("M7")
@pytest.mark.parametrize("version", VERSIONS)
def test_every_way_to_load_gives_the_same_bytes(
    version: str, pythons: dict[str, str], caches: Path, tmp_path: Path
) -> None:
    modes = ("lean", "whole", "ordinary")
    for mode in modes:
        process = start(caches / version, str(SAMPLE), str(tmp_path / mode), mode=mode, python=pythons[version])
        assert finish(process)[0] == mode
    assert files(tmp_path / "lean") == files(tmp_path / "whole") == files(tmp_path / "ordinary")
    stack = json.loads((tmp_path / "lean" / "stacks" / "one" / "cdk.tf.json").read_text())
    assert stack["terraform"]["required_providers"]["aws"]["version"] == VERSIONS[version]


@pytest.fixture(scope="module")
def environments(
    pythons: dict[str, str], caches: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Synthesized]:
    """Every stack of the environments by its name, synthesized from a new cache by each interpreter."""
    made = {}
    for name, python in pythons.items():
        out = tmp_path_factory.mktemp("environments")
        arguments = str(ROOT / "main.py"), str(ROOT / "environments"), str(out)
        _, messages = finish(start(caches / name, *arguments, python=python, cdk=cdk(name)))
        assert messages.count("\n") == messages.count("copying ") == 1, messages
        made[name] = {stack: json.loads(text) for stack, text in files(out / "stacks").items()}
        assert len(made[name]) >= 6
    return made


def cdk(name: str) -> str:
    """The value of ``CDK`` for an interpreter."""
    return CDKTN if name == CDKTN else "cdktf"


@pytest.mark.feature("M7")
def test_environments_are_equal_under_both_but_for_the_providers_version(environments: dict[str, Synthesized]) -> None:
    versions = [without_provider_version(environments[name], VERSIONS[name]) for name in VERSIONS]
    assert versions[0].keys() == versions[1].keys()
    for name, stack in versions[0].items():
        assert versions[1][name] == stack, name


def without_provider_version(stacks: Synthesized, version: str) -> Synthesized:
    """The stacks without the version of the provider, which must be ``version``."""
    stacks = deepcopy(stacks)
    for stack in stacks.values():
        assert stack["terraform"]["required_providers"]["aws"].pop("version") == version
    return stacks


@pytest.mark.feature("M7")
def test_unmodified_source_gives_the_same_stacks_on_cdktn(environments: dict[str, Synthesized]) -> None:
    older, cdktn = (without_library(environments[name], cdk(name)) for name in ("20.1.0", CDKTN))
    assert cdktn == older


def without_library(stacks: Synthesized, cdk: str) -> Synthesized:
    """The stacks without the versions of the provider and of the library."""
    stacks = deepcopy(stacks)
    for stack in stacks.values():
        provider = stack["terraform"]["required_providers"].pop("aws")
        assert provider["source"].removeprefix("hashicorp/") == "aws"
        assert stack["//"]["metadata"].pop("version").startswith({"cdktf": "0.21.", "cdktn": "0.24."}[cdk])
    return stacks


@pytest.mark.feature("M7")
@pytest.mark.usefixtures("environments")
def test_exported_modules_are_identical_on_cdktf_and_cdktn(
    pythons: dict[str, str], caches: Path, tmp_path: Path
) -> None:
    folders = {}
    for name in ("20.1.0", CDKTN):
        out = tmp_path / name
        arguments = "-m", "modules.export", "--out", str(out)
        finish(start(caches / name, *arguments, path=ROOT / "policies", python=pythons[name], cdk=cdk(name)))
        folders[cdk(name)] = files(out)
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
