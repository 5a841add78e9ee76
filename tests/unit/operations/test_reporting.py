"""The end of a command that stops: the suggested command line repeats what the user typed."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from environments.load import from_data
from operations import __main__ as command_line
from operations.account import PYTHON, Account
from tests.unit.environments.cases import SMALLEST

DIGEST = f"sha256:{'0' * 64}"


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C at the moment when a command reads its first file."""

    def interrupt(_path: Path, **_options: str) -> None:
        raise KeyboardInterrupt

    for module in ("operations.commands.shared", "operations.commands.upgrade", "operations.pinning"):
        monkeypatch.setattr(f"{module}.load", interrupt)
    monkeypatch.setattr("operations.commands.deployment.read_reviewed", interrupt)


def suggested(*words: str) -> list[str]:
    """The words of the command that the last line of ``words`` suggests."""
    done = CliRunner().invoke(command_line.app, list(words))
    assert done.exit_code == 130, done.output
    line = done.stderr.splitlines()[-1]
    assert line.startswith(f"Next: {PYTHON} -m operations ")
    return shlex.split(line.removeprefix(f"Next: {PYTHON} -m operations ").removesuffix(" (it continues)"))


@pytest.mark.feature("O2")
@pytest.mark.parametrize(
    "words",
    [
        ("deploy", "dev", "--reviewed", "a folder/reviewed.json", "--yes"),
        ("secrets", "dev", "--deploy-key", "key", "--client-secret", "other", "--folder", "a folder"),
        ("rotate", "dev", "oidc", "--from", "client secret", "--yes"),
        ("scale", "dev", "worker-default", "3", "--until", "2h"),
        ("pause", "dev", "--wait", "60"),
        ("plan", "dev", "--out", "reviewed", "--json"),
        ("image", "dev", "--tag", "next", "--all-architectures"),
        ("logs", "dev", "scheduler", "--since", "1h", "--filter", "it's '?*'"),
        ("upgrade", "dev", DIGEST, "--no-snapshot"),
        ("restore", "dev", "--snapshot", "rds:a", "--into", "staging", "--copy-fernet-key"),
        ("rehearse-upgrade", "dev", "--image", DIGEST),
        ("dags", "release", "dev", "--dags", "my dags", "--keep", "3"),
        ("pin", "dev", DIGEST, "--folder", "a folder"),
        ("airflow", "dev", "--", "dags", "trigger", "a", "--conf", '{"a": 1}'),
    ],
    ids=lambda words: words[0],
)
def test_suggested_command_repeats_every_argument(interrupted: None, words: tuple[str, ...]) -> None:
    assert suggested(*words) == list(words)


@pytest.mark.feature("O2", "E5")
@pytest.mark.parametrize(
    "words",
    [
        ("connections", "add", "a", "--conn-password", "hunter2"),
        ("connections", "add", "a", "--conn-password=hunter2"),
        ("connections", "add", "a", "--conn-uri", "postgres://me:hunter2@host/a"),
        ("variables", "set", "api_key", "hunter2"),
    ],
    ids=" ".join,
)
def test_suggested_command_has_no_password_of_the_command_line(interrupted: None, words: tuple[str, ...]) -> None:
    assert "hunter2" not in " ".join(suggested("airflow", "dev", "--", *words))


@pytest.mark.feature("O2")
def test_command_of_a_folder_with_a_space_can_be_pasted() -> None:
    account = Account(from_data(SMALLEST, source="test"), folder=Path("my environments"))
    words = ("-m", "operations", "restore", "dev", "--snapshot", "a b", "--folder", "my environments")
    assert shlex.split(account.command("restore", "--snapshot", "a b")) == [PYTHON, *words]
