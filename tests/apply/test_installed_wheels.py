"""The three libraries are built as wheels, installed outside the repository, and used on projects that are not ours."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from terraform_harness import tools

from local.repository import ROOT
from tests.apply import linked_environments

PROJECTS = Path(__file__).parent / "projects"
TIMEOUT_SECONDS = 900
OPEN_SSH = {
    "resource": {
        "aws_vpc_security_group_ingress_rule": {
            "ssh": {
                "security_group_id": "sg-0123456789abcdef0",
                "cidr_ipv4": "0.0.0.0/0",
                "ip_protocol": "tcp",
                "from_port": 22,
                "to_port": 22,
            }
        }
    }
}


def run(command: list[str | Path], *, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program without the repository on Python's path."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the three wheels, built once for all test processes."""
    folder = tmp_path_factory.getbasetemp()
    shared = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "wheels"
    shared.parent.mkdir(exist_ok=True)
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.exists():
            linked_environments.build_wheels(shared, *(ROOT / name for name in ("policies", "harness", "bindings")))
    return shared


@pytest.fixture
def environment(wheels: Path, tmp_path: Path) -> Callable[..., Path]:
    """A function that creates an environment with some packages, and returns the folder of its programs."""
    return lambda *requirements: linked_environments.create(tmp_path / "venv", *requirements, wheels=wheels)


@pytest.mark.feature("H7", "H11")
def test_harness_alone_needs_only_pytest(environment: Callable[..., Path], tmp_path: Path) -> None:
    programs = environment("terraform-harness")
    (tmp_path / "test_theirs.py").write_text(
        "from terraform_harness.assertions import Template\n"
        "from terraform_harness.emulator import Emulator\n\n"
        "def test_assertions():\n"
        "    Template({'resource': {'aws_vpc': {'v': {}}}}).count('aws_vpc', 1)\n\n"
        "def test_emulator(emulator):\n"
        "    pass\n"
    )
    done = run([programs / "python", "-m", "pytest", "-q", "test_theirs.py"], cwd=tmp_path)
    assert "1 passed, 1 error" in done.stdout, done.stdout
    assert "Fix: pip install 'terraform-harness[emulator]'" in done.stdout
    assert not list((tmp_path / "venv").glob("lib/python*/site-packages/boto3"))


@pytest.mark.feature("P5")
def test_gate_alone_finds_an_open_port_with_the_command_of_its_readme(
    environment: Callable[..., Path], tmp_path: Path
) -> None:
    programs = environment("terraform-gate")
    stack = tmp_path / "cdktf.out" / "stacks" / "app"
    stack.mkdir(parents=True)
    (stack / "main.tf.json").write_text(json.dumps(OPEN_SSH))
    readme = (ROOT / "policies" / "README.md").read_text()
    (command,) = re.findall(r"^\$ (terraform-gate .*)$", readme, re.MULTILINE)
    program, *arguments = shlex.split(command)
    done = run([programs / program, *arguments], cwd=tmp_path)
    assert done.returncode in (1, 2), done.stderr
    assert "aws_vpc_security_group_ingress_rule.ssh" in (tmp_path / "gate.sarif").read_text()


@pytest.mark.feature("H7", "H11")
@pytest.mark.long
def test_cdktf_project_uses_the_wheels(environment: Callable[..., Path], tmp_path: Path) -> None:
    tools.require("terraform", "provider-mirror", "node")
    python = (
        environment("terraform-harness[emulator,policies]", "cdktf-fast-bindings", "cdktf-cdktf-provider-aws")
        / "python"
    )
    project = shutil.copytree(PROJECTS / "cdktf_app", tmp_path / "project")
    done = run([python, "main.py"], cwd=project)
    assert done.stdout == "lean\n", done.stderr
    done = run([python, "-m", "pytest", "-q"], cwd=project)
    assert "5 passed" in done.stdout, done.stdout + done.stderr
    tests = ["--no-policies", "--tests", "checks.py", "--tests", "-k=test_synthesized_stack"]
    mutation = ["-m", "terraform_harness.mutation", "cdktf.out/stacks/storage", "--operator", "drop_protector"]
    done = run([python, *mutation, *tests], cwd=project)
    assert "1 of 1 mutants were detected" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.feature("H7", "H11")
@pytest.mark.long
def test_hcl_roots_use_the_wheels(environment: Callable[..., Path], tmp_path: Path) -> None:
    tools.require("terraform", "provider-mirror")
    python = environment("terraform-harness[emulator,policies]") / "python"
    project = shutil.copytree(PROJECTS / "hcl_root", tmp_path / "project")
    done = run([python, "-m", "pytest", "-q"], cwd=project)
    assert "4 passed" in done.stdout, done.stdout + done.stderr
    tests = ["--no-policies", "--tests", "checks.py", "--tests", "-k=test_plan"]
    done = run([python, "-m", "terraform_harness.mutation", "roots/storage", *tests], cwd=project)
    assert "1 of 1 mutants were detected" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0
