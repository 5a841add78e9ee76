"""The script that scans an image: the scanner of the runner decides, and a runner without one says so."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from operations.pipelines import scripts
from operations.pipelines.target import targets
from tests.unit.operations.pipelines.conftest import environment, write

DIGEST = "sha256:" + "1" * 64


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
