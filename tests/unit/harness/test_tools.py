"""Tools are found in a stated order, and a missing one says how to get it."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_harness import tools
from terraform_harness.terraform import mirror


def provider(folder: Path) -> Path:
    (folder / mirror.PROVIDER).mkdir(parents=True)
    return folder


def test_mirror_named_by_the_variable_wins_over_all_others(tmp_path: Path) -> None:
    named, implied = provider(tmp_path / "named"), tmp_path / "home"
    provider(implied / ".terraform.d" / "plugins")
    assert mirror.find(environ={mirror.VARIABLE: str(named)}, home=implied, roots=()) == named


def test_mirror_implied_by_terraform_wins_over_add_on_software(tmp_path: Path) -> None:
    implied = provider(tmp_path / "home" / ".terraform.d" / "plugins")
    provider(tmp_path / "opt" / "anything")
    assert mirror.find(environ={}, home=tmp_path / "home", roots=(tmp_path / "opt",)) == implied


def test_mirror_is_found_one_level_below_add_on_software(tmp_path: Path) -> None:
    (tmp_path / "opt" / "empty").mkdir(parents=True)
    folder = provider(tmp_path / "opt" / "plugins")
    assert mirror.find(environ={}, home=tmp_path, roots=(tmp_path / "opt", tmp_path / "absent")) == folder


def test_mirror_named_but_empty_is_not_replaced_by_another(tmp_path: Path) -> None:
    provider(tmp_path / "opt" / "plugins")
    assert mirror.find(environ={mirror.VARIABLE: str(tmp_path)}, home=tmp_path, roots=(tmp_path / "opt",)) is None


def test_missing_tool_skips_with_its_cure_on_a_persons_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-program is missing. Fix: install no-such-program"):
        tools.require("no-such-program")


def test_missing_tool_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program is missing"):
        tools.require("no-such-program")


def test_every_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="first-absent .*; second-absent "):
        tools.require("first-absent", "python3", "second-absent")


def test_present_tool_is_returned() -> None:
    assert tools.require("python3").name == "python3"


def test_docker_client_without_engine_counts_as_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = tmp_path / "docker"
    client.write_text("#!/bin/sh\necho ''\nexit 1\n")
    client.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    tools.find.cache_clear()
    try:
        with pytest.raises(tools.MissingTool, match="docker is missing"):
            tools.locate("docker")
    finally:
        tools.find.cache_clear()
