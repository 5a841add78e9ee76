"""The Terraform runner on configurations that need no provider: progress, diagnostics, missing programs."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from terraform_harness import tools
from terraform_harness.terraform import cli_configuration, mirror
from terraform_harness.terraform.diagnostics import Message, read_message
from terraform_harness.terraform.run import Terraform, TerraformError


@pytest.fixture
def root(tmp_path: Path) -> Any:
    """A function that writes a configuration and gives its initialized Terraform and the messages that it receives."""
    tools.require("terraform")

    def write(configuration: dict[str, Any]) -> tuple[Terraform, list[Message]]:
        (tmp_path / "cdk.tf.json").write_text(json.dumps(configuration))
        messages: list[Message] = []
        terraform = Terraform(tmp_path, progress=messages.append)
        terraform.init()
        return terraform, messages

    return write


ONE = {
    "resource": {"terraform_data": {"one": {"input": "a"}}},
    "output": {"o": {"value": "${terraform_data.one.output}"}},
}


def test_applied_plan_leaves_an_empty_second_plan(root: Any) -> None:
    terraform, messages = root(ONE)
    plan = terraform.plan()
    assert plan.changes
    assert terraform.show(plan)["resource_changes"][0]["address"] == "terraform_data.one"
    terraform.apply(plan)
    assert "apply_complete" in {message.kind for message in messages}
    assert terraform.outputs() == {"o": "a"}
    assert not terraform.plan().changes
    terraform.destroy()
    assert terraform.pull()["resources"] == []


def test_error_shows_diagnostics_with_their_position(root: Any) -> None:
    terraform, _ = root({"resource": {"terraform_data": {"one": {"inputt": "a"}}}})
    with pytest.raises(TerraformError) as error:
        terraform.validate()
    assert "Extraneous JSON object property" in str(error.value) or "inputt" in str(error.value)
    assert "cdk.tf.json:1" in str(error.value)
    assert error.value.diagnostics[0].severity == "error"


def test_failed_plan_shows_the_address(root: Any) -> None:
    terraform, _ = root({"resource": {"terraform_data": {"one": {"input": "${terraform_data.absent.output}"}}}})
    with pytest.raises(TerraformError, match="Reference to undeclared resource") as error:
        terraform.plan()
    assert "terraform_data.absent" in str(error.value) or "terraform_data.one" in str(error.value)


def test_failed_apply_shows_the_error_of_the_provisioner(root: Any) -> None:
    failing = {"local-exec": {"command": "echo no disk left; exit 3"}}
    terraform, _ = root({"resource": {"terraform_data": {"one": {"provisioner": [failing]}}}})
    with pytest.raises(TerraformError, match="exit status 3"):
        terraform.apply(terraform.plan())


def test_missing_terraform_is_reported_with_its_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    tools._FOUND.clear()
    try:
        with pytest.raises(tools.MissingTool, match="terraform is missing. Fix: install Terraform 1.11"):
            Terraform(tmp_path).init()
    finally:
        tools._FOUND.clear()


def test_missing_provider_is_reported_by_terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools.require("terraform")
    folder = tmp_path / "mirror"
    (folder / mirror.PROVIDER).mkdir(parents=True)
    configuration = tmp_path / "cli.tfrc"
    configuration.write_text(cli_configuration.text(mirror=folder, cache_folder=tmp_path))
    monkeypatch.setattr(cli_configuration, "path", lambda: configuration)
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"provider": {"aws": [{}]}}))
    with pytest.raises(TerraformError, match="Failed to query available provider packages"):
        Terraform(tmp_path).init()


def test_version_that_the_mirror_lacks_is_answered_with_those_that_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools.require("terraform", "provider-mirror")
    wanted = {"aws": {"source": "hashicorp/aws", "version": "4.9.9"}}
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"terraform": {"required_providers": wanted}}))
    with pytest.raises(TerraformError, match=r"has these versions of hashicorp/aws: .*\d\. Fix: require one of them"):
        Terraform(tmp_path).init()


def test_cli_configuration_uses_the_mirror_for_its_providers_and_the_registry_for_others(tmp_path: Path) -> None:
    (tmp_path / mirror.PROVIDER).mkdir(parents=True)
    text = cli_configuration.text(mirror=tmp_path, cache_folder=tmp_path / "cache")
    held = '["registry.terraform.io/hashicorp/aws"]'
    assert f"include = {held}" in text
    assert f"exclude = {held}" in text
    assert "plugin_cache_dir" not in text


def test_cli_configuration_without_a_mirror_keeps_downloads(tmp_path: Path) -> None:
    text = cli_configuration.text(mirror=None, cache_folder=tmp_path / "cache")
    assert f'plugin_cache_dir = "{tmp_path}/cache"' in text
    assert "provider_installation" not in text


def test_line_that_is_not_json_is_kept_as_text() -> None:
    assert read_message("panic: oh\n") == Message(kind="text", text="panic: oh", fields={})


def test_old_terraform_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Terraform 1.5 prints for an option that it does not know."""
    program = tmp_path / "terraform"
    program.write_text("#!/bin/sh\necho 'flag provided but not defined: -json' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(tools, "_FOUND", {})
    with pytest.raises(TerraformError, match=r"not supported. Fix: install Terraform 1.11 or newer"):
        Terraform(tmp_path).init()


@pytest.mark.parametrize(("given", "used"), [(None, "400"), ("100", "100")])
def test_terraform_collects_garbage_less_often_unless_gogc_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str | None, used: str
) -> None:
    program = tmp_path / "terraform"
    program.write_text(f'#!/bin/sh\nprintf %s "$GOGC" > {tmp_path}/used\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(tools, "_FOUND", {})
    monkeypatch.delenv("GOGC", raising=False)
    if given:
        monkeypatch.setenv("GOGC", given)
    Terraform(tmp_path).init()
    assert (tmp_path / "used").read_text() == used


def test_threads_that_start_together_share_one_cli_configuration() -> None:
    cli_configuration._written.cache_clear()
    cli_configuration._folder.cache_clear()
    barrier = Barrier(8)

    def find() -> Path:
        barrier.wait()
        return cli_configuration.path()

    with ThreadPoolExecutor(8) as pool:
        files = {future.result() for future in [pool.submit(find) for _ in range(8)]}
    assert [file.exists() for file in files] == [True]
