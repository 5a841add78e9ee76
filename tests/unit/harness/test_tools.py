"""Tools are found in a defined order, and a missing tool is reported with its fix."""

from __future__ import annotations

from pathlib import Path

import pytest
from terraform_harness import tools


def test_missing_tool_skips_with_its_fix_on_a_developers_machine(monkeypatch: pytest.MonkeyPatch) -> None:
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
    tools._FOUND.clear()
    try:
        with pytest.raises(tools.MissingTool, match="docker is missing"):
            tools.locate("docker")
    finally:
        tools._FOUND.clear()


def test_tool_of_a_project_replaces_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "TOOLS", dict(tools.TOOLS))
    tools.register(tools.Tool(name="docker", fix="start ours", find=lambda: tmp_path))
    try:
        assert tools.locate("docker") == tmp_path
    finally:
        tools._FOUND.clear()


def test_program_in_node_modules_of_a_parent_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "node_modules" / ".bin" / "harness-sample"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert tools.on_path("harness-sample") == program
