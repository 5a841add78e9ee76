"""The commands that read: what they print, their exit codes, the next command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from operations.hibernation import hibernate
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.command_line import run
from tests.unit.operations.test_logs import write


@pytest.mark.feature("O8")
def test_status_prints_a_screen_and_json_only_when_asked(folder: Path) -> None:
    code, out, err = run(folder, "status", "dev")
    assert (code, out.splitlines()[0]) == (0, "dev: account 123456789012, eu-central-1")
    assert err.splitlines()[-1].startswith("Next: ")
    code, out, err = run(folder, "status", "dev", "--json")
    assert (code, json.loads(out)["region"], err) == (0, "eu-central-1", "")


@pytest.mark.feature("O8", "A4")
def test_status_of_a_sleeping_environment_suggests_to_wake_it(folder: Path, cloud: Cloud) -> None:
    hibernate(cloud.account)
    assert "operations wake dev" in run(folder, "status", "dev")[2].splitlines()[-1]


@pytest.mark.feature("O8")
def test_logs_prints_lines_on_standard_output_only(folder: Path, cloud: Cloud) -> None:
    write(cloud, "scheduler", "started")
    code, out, err = run(folder, "logs", "dev", "scheduler")
    assert (code, out.count("\n")) == (0, 1)
    assert out.endswith("started\n")
    assert "1 lines" in err


@pytest.mark.feature("O8")
@pytest.mark.parametrize(
    "words", [(), ("scheduler", "--dag", "load"), ("--dag", "load"), ("--dag", "load", "--run", "r")]
)
def test_logs_needs_a_component_or_an_airflow_task(folder: Path, words: tuple[str, ...]) -> None:
    code, out, err = run(folder, "logs", "dev", *words)
    assert (code, out) == (2, "")
    assert "name a component, or an Airflow task with --dag, --run and --task. Fix: " in err


@pytest.mark.feature("O8")
def test_support_bundle_names_its_file(folder: Path, tmp_path: Path) -> None:
    code, _, err = run(folder, "support-bundle", "dev", "--out", str(tmp_path / "b.zip"))
    assert code == 0
    assert f"Next: unzip -l {tmp_path}/b.zip" in err
    assert (tmp_path / "b.zip").is_file()
