"""Runs a command of operations as a user types it."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from operations.__main__ import app

RUNNER = CliRunner()


def run(folder: Path, *words: str, given: str = "") -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command.

    Args:
        folder: folder of the environment files.
        words: the command line without ``--folder``.
        given: standard input.
    """
    index = 2 if words[0] == "dags" else 1
    done = RUNNER.invoke(app, [*words[:index], "--folder", str(folder), *words[index:]], input=given)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr
