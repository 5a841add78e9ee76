"""The commands of docs/hcp.md work as written, against a fake of HCP Terraform."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest
from terraform_gate.run_task.command import _parser
from terraform_harness.hcp.server import FakeHcp

from local.repository import ROOT
from tests.unit.operations.hcp.conftest import Console, console, fake

__all__ = ["console", "fake"]

TEXT = (ROOT / "docs/hcp.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (.*)$", TEXT, re.MULTILINE)


def after(prefix: str) -> Iterator[list[str]]:
    """The words of each command that starts with ``prefix``, without it."""
    return (shlex.split(line.removeprefix(prefix)) for line in COMMANDS if line.startswith(prefix))


@pytest.mark.feature("M6")
def test_commands_work_in_the_order_of_the_page(console: Console) -> None:
    commands = list(after(".venv/bin/python -m operations hcp "))
    assert [words[0] for words in commands] == ["workspaces", "plan", "apply", "status"]
    for words in commands:
        code, _, err = console.run(*words, given="y\n")
        assert code == 0, (words, err)
    assert console.fake.workspace("dev-foundation").states


@pytest.mark.feature("M10")
def test_options_of_the_run_task_exist() -> None:
    (words,) = after(".venv/bin/terraform-gate run-task ")
    assert _parser().parse_args(words).port == 8080


@pytest.mark.feature("M6")
def test_fake_has_the_host_that_the_page_describes(fake: FakeHcp) -> None:
    assert fake.environment.keys() == {"SSL_CERT_FILE", f"TF_TOKEN_{fake.hostname.replace('.', '_')}"}
