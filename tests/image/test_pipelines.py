"""The scripts of the DAG pipelines in the image: the import test and the unit tests, as a runner starts them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from local.containers import engine
from operations.pipelines import scripts

DAG = """
from airflow.sdk import dag, task

def double(number):
    return 2 * number

@dag
def good():
    task(double)(1)

good()
"""


@pytest.fixture
def run(image: str, tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """Run a script in a checkout with a DAG, as the step of a job does; the container's user reads the files."""
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "good.py").write_text(DAG)
    path = f"{Path(engine.client()).parent}:{os.environ['PATH']}"
    environ = {**os.environ, **engine.address(), "PATH": path, "IMAGE": image}

    def step(script: str) -> subprocess.CompletedProcess[str]:
        words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        return subprocess.run(words, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    return step


@pytest.mark.feature("O5")
def test_import_test_passes_good_files_and_names_a_broken_one(
    run: Callable[[str], subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    imports, _ = scripts.dag_tests("dags")
    done = run(imports)
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "dags" / "broken.py").write_text(f"import a_package_that_the_image_lacks\n{DAG}")
    done = run(imports)
    assert done.returncode == 1
    assert "broken.py" in done.stdout + done.stderr
    assert "a_package_that_the_image_lacks" in done.stdout + done.stderr


@pytest.mark.feature("O5")
def test_unit_tests_of_dag_files_run_in_the_image(
    run: Callable[[str], subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    _, tests = scripts.dag_tests("dags")
    assert "no folder tests" in run(tests).stdout
    (tmp_path / "tests").mkdir()
    file = tmp_path / "tests" / "test_good.py"
    file.write_text("from good import double\n\ndef test_double():\n    assert double(2) == 4\n")
    done = run(tests)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout + done.stderr
    file.write_text("def test_fails():\n    assert False\n")
    assert run(tests).returncode == 1
