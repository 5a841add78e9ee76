"""A wrong command line is answered with one message that ends with the fix, by every program with commands."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from environments import __main__ as environments
from local.compose import __main__ as compose
from operations import __main__ as operations


@pytest.mark.feature("O2")
@pytest.mark.parametrize(
    ("app", "words", "message"),
    [
        (operations.app, ["rotate", "dev"], r"Missing argument 'secret'. Fix: \S+ rotate [OPTIONS] {name} {secret} ("),
        (operations.app, ["depoly"], "No such command 'depoly'. Did you mean 'deploy', 'destroy'? Allowed: doctor, "),
        (operations.app, ["dags", "x"], "No such command 'x'. Allowed: release, rollback, list. Fix: name one of them"),
        (operations.app, ["dags", "release", "dev", "--keep", "0"], "Invalid value for '--keep': "),
        (operations.app, ["pin", "dev", "--folder"], "Option '--folder' requires an argument. Fix: add it; --help "),
        (operations.app, ["wake", "dev", "ghp_0123456789abcdefghijABCDEFGHIJ012345"], "Got unexpected extra argument"),
        (operations.app, ["--\x1b[31m"], "No such option: --\\x1b[31m"),
        (environments.app, ["show"], "Missing argument 'name'. Fix: "),
        (compose.app, ["up"], "Missing argument 'name'. Fix: "),
    ],
)
def test_wrong_command_line_gets_one_message_with_its_fix(app: typer.Typer, words: list[str], message: str) -> None:
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    beginning = message.split(r"\S+")
    assert done.stderr.startswith(beginning[0])
    assert beginning[-1] in done.stderr
    assert " Fix: " in done.stderr
    assert "ghp_" not in done.stderr


@pytest.mark.feature("O2")
def test_group_without_a_command_prints_its_help() -> None:
    done = CliRunner().invoke(operations.app, ["dags"])
    assert done.exit_code == 2
    assert "release" in done.output
