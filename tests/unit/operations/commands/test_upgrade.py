"""upgrade: a snapshot, the digest in the file, migration and deployment, in this order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from operations.backup import backups
from operations.commands import upgrade
from tests.unit.operations.cloud import Cloud
from tests.unit.operations.command_line import run
from tests.unit.operations.fake_stack import FakeStack


@pytest.fixture
def digest(cloud: Cloud) -> str:
    """The digest of an image in the repository."""
    images = cloud.client("ecr").describe_images(repositoryName=cloud.names.name)["imageDetails"]
    return str(images[0]["imageDigest"])


@pytest.fixture(autouse=True)
def no_terraform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrade, "synthesize_one", lambda _file: None)
    monkeypatch.setattr("operations.deploy.Stack", FakeStack)


def pinned(folder: Path) -> object:
    return yaml.safe_load((folder / "dev.yaml").read_text()).get("airflow", {}).get("image_digest")


@pytest.mark.feature("O2")
def test_upgrade_takes_a_snapshot_pins_the_image_migrates_and_names_the_way_back(
    folder: Path, cloud: Cloud, digest: str
) -> None:
    cloud.put("schema", json.dumps({"to": "29ce7909c52b"}), "String")
    before = len(backups(cloud.account))
    code, _, err = run(folder, "upgrade", "dev", digest, "--yes")
    assert code == 0, err
    assert pinned(folder) == digest
    taken = backups(cloud.account)
    assert len(taken) == before + 1
    assert f"restore dev --snapshot {taken[0]['snapshot']}" in err
    assert ["airflow-dev-migrate:" in task["taskDefinitionArn"] for task in cloud.tasks()] == [True]
    assert "operations verify dev" in err.splitlines()[-1]
    assert run(folder, "upgrade", "dev", digest, "--yes")[0] == 0
    assert len(backups(cloud.account)) == before + 1, "a rerun continues; it takes no second snapshot"


@pytest.mark.feature("O2")
def test_upgrade_that_was_interrupted_continues_without_a_second_snapshot(
    folder: Path, cloud: Cloud, digest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.put("schema", json.dumps({"to": "29ce7909c52b"}), "String")
    before = len(backups(cloud.account))

    def interrupt(*_words: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("operations.deploy.deploy", interrupt)
        code, _, err = run(folder, "upgrade", "dev", digest, "--yes")
    assert (code, pinned(folder)) == (130, digest)
    assert "interrupted by Ctrl-C" in err
    assert f"operations upgrade --folder {folder} dev {digest} --yes (it continues)" in err.splitlines()[-1]
    code, _, err = run(folder, "upgrade", "dev", digest, "--yes")
    assert (code, len(backups(cloud.account))) == (0, before + 1), err


@pytest.mark.feature("O2")
@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("latest", "'latest' is not a digest. Fix: give sha256: and 64 hexadecimal digits"),
        ("sha256:" + "f" * 64, "is not in the repository"),
        ("", "nothing was upgraded"),
    ],
    ids=["tag", "absent", "declined"],
)
def test_upgrade_that_is_not_possible_changes_nothing(
    folder: Path, cloud: Cloud, digest: str, image: str, expected: str
) -> None:
    before = len(backups(cloud.account))
    code, _, err = run(folder, "upgrade", "dev", image or digest, given="n\n")
    assert code == 2
    assert expected in err
    assert (pinned(folder), len(backups(cloud.account))) == (None, before)
