"""The scripts of the steps, run in a clone as a runner runs them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from terraform_harness.tools import require

from local.repository import ROOT
from operations.pipelines import scripts
from operations.pipelines.target import Target, targets
from operations.reviewed import reviewed, write_reviewed
from tests.unit.operations.pipelines.conftest import environment, write

DIGEST = "sha256:" + "1" * 64
CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_ENDPOINT_URL")


class Runner:
    """A clone of this project with one environment and the pipelines; a commit was made since ``before``."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.origin = folder / "clone", folder / "origin.git"
        self.git("clone", "--quiet", "--shared", str(ROOT), str(self.folder), at=folder)
        for name in ("environments", "modules", "operations", "report", "policies", "Makefile", "main.py"):
            subprocess.run(["cp", "-r", "--no-target-directory", str(ROOT / name), str(self.folder / name)], check=True)
        (self.folder / ".venv").symlink_to(ROOT / ".venv")
        for file in (self.folder / "environments").glob("*.yaml"):
            file.unlink()
        write(self.folder / "environments", environment("dev"))
        self.run(f"{scripts.OPERATIONS} pipelines dev --provider github --out .")
        self.commit()
        self.before = self.git("rev-parse", "HEAD").strip()
        self.git("init", "--quiet", "--bare", str(self.origin))
        self.git("remote", "set-url", "origin", str(self.origin))

    def git(self, *words: str, at: Path | None = None) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@localhost")
        done = subprocess.run(
            ["git", *identity, *words], cwd=at or self.folder, capture_output=True, text=True, check=True
        )
        return done.stdout

    def commit(self) -> None:
        self.git("add", "--all", "--force", "environments", "modules", "operations", ".github")
        self.git("commit", "--quiet", "--message", "change")

    def run(self, script: str, *, code: int = 0, **variables: str) -> str:
        """Run the script as the step of a job does, and return what it printed."""
        kept = {name: value for name, value in os.environ.items() if name not in CREDENTIALS}
        hidden = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null"}
        hidden["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env={**kept, **hidden, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    require("node")
    return Runner(tmp_path_factory.mktemp("runner"))


@pytest.fixture(scope="module")
def target(runner: Runner) -> Target:
    return targets(["dev"], folder=runner.folder / "environments", provider="github")[0]


@pytest.mark.feature("O5")
@pytest.mark.xdist_group("pipeline scripts")
def test_review_names_the_access_that_a_change_opens(runner: Runner, target: Target) -> None:
    file = runner.folder / "environments/dev.yaml"
    document = yaml.safe_load(file.read_text())
    document["load_balancer"] |= {"scheme": "internet-facing", "allowed_cidrs": ["203.0.113.0/24"]}
    file.write_text(yaml.safe_dump(document))
    runner.commit()
    runner.run(scripts.SYNTH.replace("make synth", f"{scripts.PYTHON} main.py"))
    runner.run(scripts.CHECKOUT_BEFORE, BASE=runner.before)
    runner.run(scripts.ACCESS)
    assert "- connection: `internet -> load-balancer" in (runner.folder / scripts.COMMENTS / "access.md").read_text()
    assert "files are current" in runner.run(scripts.check_pipelines((target,), "github"))


@pytest.mark.feature("O5")
@pytest.mark.xdist_group("pipeline scripts")
@pytest.mark.parametrize("verb", ["plan", "drift", "deploy", "verify", "image"])
def test_command_of_a_step_stops_only_at_the_credentials(runner: Runner, target: Target, verb: str) -> None:
    write_reviewed(reviewed("dev", {}), runner.folder / scripts.PLANS)
    assert "redentials" in runner.run(getattr(scripts, verb)(target), code=2, COMMIT="abc")


@pytest.mark.feature("O5", "G5")
@pytest.mark.xdist_group("pipeline scripts")
def test_release_to_s3_stops_only_at_the_credentials(runner: Runner, target: Target) -> None:
    file = runner.folder / "environments/dev.yaml"
    before = file.read_text()
    file.write_text(yaml.safe_dump(yaml.safe_load(before) | {"dags": {"delivery": "s3"}}))
    folder = runner.folder / target.dags.subdirectory
    folder.mkdir(exist_ok=True)
    (folder / "example.py").write_text("")
    try:
        assert "redentials" in runner.run(scripts.upload(target), code=2, COMMIT="abc")
    finally:
        file.write_text(before)


@pytest.mark.feature("O5")
@pytest.mark.xdist_group("pipeline scripts")
def test_digest_is_pushed_on_a_separate_branch(runner: Runner, target: Target) -> None:
    script = scripts.pin((target,), push="git push --quiet origin")
    head = runner.git("rev-parse", "HEAD").strip()
    runner.run(script, BRANCH="airflow-image/abc", DIGEST_DEV=DIGEST)
    pushed = runner.git("show", "airflow-image/abc:environments/dev.yaml", at=runner.origin)
    assert f"image_digest: {DIGEST}" in pushed
    assert runner.git("diff", "--name-only", head, "HEAD") == "environments/dev.yaml\n"
    assert "nothing to pin" in runner.run(script, BRANCH="airflow-image/again", DIGEST_DEV=DIGEST)


@pytest.mark.feature("O5")
@pytest.mark.xdist_group("pipeline scripts")
def test_release_moves_the_branch_forward_only(runner: Runner, tmp_path: Path) -> None:
    folder = write(tmp_path / "environments", environment("staging"))
    (staging,) = targets(["staging"], folder=folder, provider="github")
    script = scripts.release(staging, push="git push --quiet origin")
    head = runner.git("rev-parse", "HEAD").strip()
    runner.run(script, COMMIT=head)
    assert runner.git("rev-parse", "staging", at=runner.origin).strip() == head
    older = runner.git("rev-parse", "HEAD~1").strip()
    assert "rejected" in runner.run(script, COMMIT=older, code=1)


@pytest.mark.feature("O5")
@pytest.mark.parametrize(
    ("scanner", "findings", "code"),
    [("trivy", 1, 1), ("trivy", 0, 0), ("grype", 2, 2), ("grype", 0, 0), ("", 0, 0)],
    ids=["trivy finds", "trivy passes", "grype finds", "grype passes", "none"],
)
def test_critical_findings_stop_the_job(tmp_path: Path, scanner: str, findings: int, code: int) -> None:
    folder = write(tmp_path / "environments", environment("dev"))
    (target,) = targets(["dev"], folder=folder, provider="github")
    (tmp_path / ".build").mkdir()
    (tmp_path / ".build" / "digest").write_text(f"{DIGEST}\n")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "cat").symlink_to("/bin/cat")
    if scanner:
        (programs / scanner).write_text(f'#!/bin/sh\necho "$0 $*"\nexit {findings}\n')
        (programs / scanner).chmod(0o755)
    done = subprocess.run(
        ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", scripts.scan(target)],
        cwd=tmp_path, env={"PATH": str(programs)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    said = (
        f"{target.registry}@{DIGEST}"
        if scanner
        else f"no scanner on this runner; the findings of ECR are in the console of account {target.account}"
    )
    assert said in done.stdout
