"""Arguments are checked before AWS is contacted: without credentials each command names the wrong argument."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.unit.environments.cases import SMALLEST, changed
from tests.unit.operations.command_line import run

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
