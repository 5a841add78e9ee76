"""A copy of the project in which commands of the documentation run, so that they change nothing here."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from local.repository import ROOT
from tests.unit.docs.guide_blocks import Block, has_output

FILES = ("Makefile", "cdktf.json", "main.py", "pyproject.toml", "requirements.txt")
FOLDERS = (
    "bindings",
    "docker",
    "docs",
    "environments",
    "examples",
    "harness",
    "local",
    "modules",
    "operations",
    "policies",
    "report",
    "tests",
)
LINKS = (".venv", "report/picture/node_modules")
SKIPPED = shutil.ignore_patterns("__pycache__", "node_modules", "pictures")
TIMEOUT_SECONDS = 300


class ProjectCopy:
    """The sources of the project in ``folder``; the virtual environment and the Node packages are shared."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in FOLDERS:
            shutil.copytree(ROOT / name, folder / name, ignore=SKIPPED)
        for name in FILES:
            shutil.copy(ROOT / name, folder / name)
        for name in LINKS:
            if (ROOT / name).exists():
                (folder / name).symlink_to((ROOT / name).resolve())
        for name in ("requirements.txt", "report/picture/package-lock.json"):
            os.utime(folder / name, (0, 0))  # make must not install anything

    def check(self, block: Block) -> None:
        """Write, patch or run what a block shows.

        Raises:
            AssertionError: a command ends with another exit code, or prints something else.
        """
        if block.kind == "file":
            target = self.folder / block.value
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.kind == "patch":
            self._run("git apply -C1 -", block=block, expected=0, given=block.text)
        elif block.kind == "run":
            expected = int(block.value.removeprefix("exit ") or 0)
            for command, shown in block.commands:
                printed = self._run(command, block=block, expected=expected)
                assert has_output(shown, printed), (
                    f"{block.location}: $ {command}\nshown:\n{shown}\nprinted:\n{printed}"
                )

    def _run(self, command: str, *, block: Block, expected: int, given: str | None = None) -> str:
        paths = os.pathsep.join(str(self.folder / name) for name in ("", "policies", "harness", "bindings"))
        outside = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "GIT_"))}
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=self.folder,
            env={**outside, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"},
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
        assert ended.returncode == expected, (
            f"{block.location}: $ {command}\nexit code {ended.returncode}, expected {expected}\n{ended.stdout}"
        )
        return ended.stdout
