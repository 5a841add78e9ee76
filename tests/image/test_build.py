"""Contents, size, labels and reproducibility of the image."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.containers import engine, images
from local.containers.engine import Launch, address, docker
from local.containers.tools import program
from local.repository import ROOT

CONTEXT = ROOT / "docker"
UNPACKED_MB, COMPRESSED_MB = 540, 215


def _run(image: str, *command: str) -> subprocess.CompletedProcess[str]:
    options = ("--entrypoint", command[0], "--read-only", "--cap-drop", "ALL", "--tmpfs", "/tmp")
    return engine.run(
        Launch(image=image, name=f"airflow-fargate-look-{os.getpid()}", command=command[1:], options=options)
    )


@pytest.mark.feature("R1")
def test_dockerfiles_and_scripts_pass_the_linters() -> None:
    dockerfiles = sorted(CONTEXT.rglob("Dockerfile"))
    scripts = [path for path in sorted(CONTEXT.rglob("*")) if path.is_file() and path.read_bytes().startswith(b"#!")]
    assert len(dockerfiles) >= 2
    assert len(scripts) >= 6
    for words in ([program("hadolint"), *dockerfiles], [program("shellcheck"), *scripts]):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.feature("R1")
def test_linters_report_a_fault(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:latest\nRUN apt-get install curl\n")
    (tmp_path / "script").write_text("#!/bin/sh\nrm -rf $1/*\n")
    for name, file in (("hadolint", "Dockerfile"), ("shellcheck", "script")):
        assert subprocess.run([program(name), tmp_path / file], capture_output=True, check=False).returncode


@pytest.mark.feature("R1")
def test_airflow_starts_and_the_celery_executor_imports(image: str) -> None:
    """``pip check`` and ``airflow version`` succeed even where Celery and its provider are incompatible."""
    assert _run(image, "airflow", "version").stdout.strip().endswith("3.3.2")
    module = "airflow.providers.celery.executors.celery_executor"
    done = _run(
        image, "python", "-c", f"from {module} import CeleryExecutor, app; import psycopg2, asyncpg, uvloop, grpc"
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.feature("R1", "C1")
def test_code_of_the_image_is_compiled(image: str) -> None:
    """A container's file system is read-only: Python would compile the code again for each health check."""
    code = "import airflow_fargate.health as module; print(open(module.__cached__, 'rb').read(8)[4])"
    done = _run(image, "python", "-c", code)
    assert done.stdout.strip() == "1", f"not bytecode that is used unchecked: {done.stdout}{done.stderr[-2000:]}"


@pytest.mark.feature("R1", "C7")
def test_image_has_its_user_labels_volumes_and_entrypoint(image: str) -> None:
    config = json.loads(docker("image", "inspect", image).stdout)[0]["Config"]
    assert config["User"] == "50000:0"
    assert config["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert config["Entrypoint"][0] == "dumb-init"
    assert "DUMB_INIT_SETSID=0" in config["Env"]
    # Without a declared volume at its path, a bind mount on Fargate belongs to root.
    assert set(config["Volumes"]) == {"/tmp", "/opt/airflow", "/opt/airflow/dags"}
    owners = _run(image, "stat", "-c", "%u:%g %a", "/opt/airflow", "/opt/airflow/dags", "/opt/airflow/logs").stdout
    assert set(owners.splitlines()) == {"50000:0 775"}


@pytest.mark.feature("R1")
@pytest.mark.parametrize("program_name", ["gcc", "cc", "make", "pip", "uv", "perl5", "curl", "sudo"])
def test_image_has_no_compiler_and_no_installer(image: str, program_name: str) -> None:
    assert _run(image, "sh", "-c", f"command -v {program_name}").returncode != 0


@pytest.mark.feature("R1")
def test_image_holds_no_files_of_the_build(image: str) -> None:
    found = _run(
        image, "sh", "-c", "ls /build /run/secrets /root/.cache 2>/dev/null; find / -xdev -name '*.pem' -path '*build*'"
    )
    assert found.stdout.strip() == ""
    history = docker("history", "--no-trunc", "--format", "{{.CreatedBy}}", image).stdout
    assert "PASSWORD" not in history.upper()


@pytest.mark.feature("R1")
def test_image_is_within_its_size_budget(image: str) -> None:
    assert images.unpacked_bytes(image) / 1e6 <= UNPACKED_MB
    assert images.compressed_bytes(image) / 1e6 <= COMPRESSED_MB


@pytest.mark.feature("R1")
def test_bill_of_materials_lists_the_locked_packages(image: str, tmp_path: Path) -> None:
    target = tmp_path / "sbom.json"
    environment = {**os.environ, **address(), "SYFT_CHECK_FOR_APP_UPDATE": "false"}
    subprocess.run(
        [program("syft"), "scan", f"docker:{image}", "--quiet", "--output", f"spdx-json={target}"],
        env=environment,
        check=True,
        timeout=300,
    )
    packages = {(p["name"].lower(), p.get("versionInfo")) for p in json.loads(target.read_text())["packages"]}
    lock = (CONTEXT / "airflow" / "requirements.txt").read_text().splitlines()
    locked = {tuple(line.split()[0].split("==")) for line in lock if "==" in line and not line.startswith((" ", "#"))}
    assert len(locked) > 150
    missing = {name for name, version in locked if (name, version) not in packages}
    # Some packages have another name in their metadata, or are for another platform.
    assert len(missing) <= 15, missing
    assert ("apache-airflow-core", "3.3.2") in packages


@pytest.mark.feature("G1")
def test_documented_dockerfile_bakes_dags_into_an_image(image: str, tmp_path: Path) -> None:
    (dockerfile,) = re.findall(r"```dockerfile\n(.*?)```", (ROOT / "docs" / "containers.md").read_text(), re.DOTALL)
    (tmp_path / "Dockerfile").write_text(dockerfile)
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "mine.py").write_text("# a DAG")
    baked = f"airflow-fargate/baked:{os.getpid()}"
    words = ("build", "--build-arg", f"BASE_IMAGE={image}", "--tag", baked, str(tmp_path))
    docker(*words, environ={"DOCKER_BUILDKIT": "1"})
    try:
        assert (
            _run(baked, "airflow", "config", "get-value", "core", "dags_folder").stdout.strip() == "/opt/airflow/dags"
        )
        assert _run(baked, "cat", "/opt/airflow/dags/mine.py").stdout == "# a DAG"
    finally:
        docker("image", "rm", "--force", baked)


def _wheels(platform: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Resolve the lock file for ``platform`` without installing it."""
    dry = ("--dry-run", "--quiet", "--only-binary", ":all:", "--require-hashes", "--target", folder)
    where = ("--python-platform", platform, "--python-version", "3.11")
    lock = CONTEXT / "airflow" / "requirements.txt"
    words = [sys.executable, "-m", "uv", "pip", "install", *dry, *where, "--requirement", lock]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.feature("R1")
@pytest.mark.parametrize("processor", ["x86_64", "aarch64"])
def test_every_locked_package_has_a_wheel_for_both_architectures(tmp_path: Path, processor: str) -> None:
    """The build stage has no compiler, so ``make multi-platform`` needs wheels."""
    done = _wheels(f"{processor}-manylinux_2_28", tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.feature("R1")
def test_platform_without_wheels_is_reported(tmp_path: Path) -> None:
    message = _wheels("x86_64-pc-windows-msvc", tmp_path).stderr
    assert "openlineage-sql" in message
    assert "has no usable wheels" in message


@pytest.mark.feature("R1")
def test_unchanged_image_is_rebuilt_from_the_cache(image: str) -> None:
    """A change of DAGs or entrypoint copies files only; the packages come from the cache."""
    images.build.cache_clear()
    before = docker("image", "inspect", "--format", "{{.Id}}", image).stdout
    assert images.build("airflow") == image
    assert docker("image", "inspect", "--format", "{{.Id}}", image).stdout == before
