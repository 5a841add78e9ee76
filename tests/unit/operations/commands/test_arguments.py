"""Arguments are checked before AWS is contacted: without credentials each command names the wrong argument."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from operations.__main__ import app
from tests.unit.environments.cases import SMALLEST, changed
from tests.unit.operations.command_line import RUNNER, run

WITHOUT_S3 = "dev.yaml: dags.delivery is baked, and releases need s3. Fix: set dags.delivery: s3, then "


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of environments on a machine without credentials and without a network."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    for name, change in {"dev": {}, "synced": {"dags": {"delivery": "s3"}}}.items():
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(changed(SMALLEST, {"name": name, **change})))
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.mark.feature("O2")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("restore", "dev"), "name --snapshot or --time. Fix: "),
        (("restore", "dev", "--time", "yesterday"), "--time 'yesterday' is not a time. Fix: write it as"),
        (("restore", "dev", "--time", "0001-01-01T00:00+14:00"), "is not a time. Fix: write it as"),
        (("restore", "dev", "--time", "2100-01-01T00:00"), "--time 2100-01-01T00:00 is in the future: it is 20"),
        (("restore", "dev", "--snapshot", "a", "--time", "2026-01-01"), "name two sources. Fix: omit one of them"),
        (("restore", "dev", "--snapshot", "a\x1b[2J"), r"--snapshot 'a\x1b[2J' is not the identifier of a snapshot"),
        (("restore", "dev", "--snapshot", "a--b"), "--snapshot 'a--b' is not the identifier of a snapshot (letters"),
        (("restore", "dev", "--snapshot", "a", "--into", "dev"), "--into dev: the data is from dev itself. Fix: "),
        (("restore", "dev", "--snapshot", "a", "--into", "lost"), "lost.yaml: no such file; environments in this fold"),
        (("restore", "dev", "--snapshot", "a", "--copy-fernet-key"), "--copy-fernet-key needs --into: dev has its own"),
        (("rehearse-upgrade", "dev", "--image", "sha256:0"), "--image 'sha256:0' is neither a tag nor a digest. Fix: "),
        (("rehearse-upgrade", "lost"), "lost.yaml: no such file; environments in this folder: dev, synced. Fix: "),
        (("dags", "release", "dev", "--dags", "FOLDER/empty"), WITHOUT_S3),
        (("dags", "rollback", "dev"), WITHOUT_S3),
        (("dags", "list", "dev"), WITHOUT_S3),
        (("dags", "release", "synced", "--dags", "FOLDER/lost"), "lost is not a folder. Fix: name the folder"),
        (("dags", "release", "synced", "--dags", "FOLDER/empty"), "empty contains no Python file. Fix: "),
        (("upgrade", "dev", "sha256:ABC"), "'sha256:ABC' is not a digest. Fix: give sha256: and 64 hexadecimal digits"),
        (("pin", "dev", "sha256:ABC"), "'sha256:ABC' is not a digest. Fix: give sha256: and 64 hexadecimal digits"),
        (("pin", "lost", f"sha256:{'0' * 64}"), "lost.yaml: no such file; environments in this folder: dev, synced."),
        (("logs", "dev"), "name a component, or an Airflow task with --dag, --run and --task. Fix: "),
        (("logs", "dev", "scheduler", "--since", "soon"), "'soon' is not a duration. Fix: write 90s"),
        (("shell", "dev", "--command", " "), "--command ' ' names no program. Fix: --command /bin/bash"),
        (("shell", "dev", "--command", "bash -c 'a"), ": No closing quotation. Fix: close the quotation"),
        (("secrets", "dev", "--deploy-key", "FOLDER/key"), "dev uses no git-deploy-key. Fix: set "),
        (("restore", "dev", "--snapshot", "rds:a-1"), "no usable AWS credentials: "),
        (("restore", "dev", "--snapshot", "a"), "no usable AWS credentials: Unable to locate credentials. Fix: log in"),
        (("dags", "list", "synced"), "no usable AWS credentials: "),
        (("rehearse-upgrade", "dev"), "no usable AWS credentials: "),
    ],
    ids=" ".join,
)
def test_wrong_argument_is_named_without_aws(offline: Path, words: tuple[str, ...], message: str) -> None:
    code, out, err = run(offline, *(word.replace("FOLDER", str(offline)) for word in words))
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


NAMES = {"name", "names", "into"}
"""Parameters that name an environment."""


def commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that start it."""
    for name, command in group.commands.items():
        here = (*words, name)
        yield from commands(command, here) if hasattr(command, "commands") else [(here, command)]


@pytest.mark.feature("O2")
def test_path_is_no_name_of_an_environment_in_any_command(offline: Path) -> None:
    below = offline / "empty"
    checked = 0
    for words, command in commands(get_command(app)):
        for parameter in command.params:
            if parameter.name not in NAMES:
                continue
            given = {item.name: "dev" for item in command.params if item.required} | {parameter.name: "../dev"}
            options = [word for name, word in given.items() if name == "into" for word in ("--into", word)]
            arguments = [word for name, word in given.items() if name != "into"]
            done = RUNNER.invoke(app, [*words, *options, *arguments, "--folder", str(below)])
            assert (done.exit_code, done.stdout) == (2, ""), words
            assert "'../dev' is not the name of an environment: 2 to 16 lower-case letters" in done.stderr, words
            assert done.stderr.count("Fix: ") == 1
            checked += 1
    assert checked > 30
