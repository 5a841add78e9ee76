"""A virtual environment with the bindings of the newer AWS provider, created once from its own lock file."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from terraform_harness import tools

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements-6x.txt"
TIMEOUT_SECONDS = 600


def python() -> str:
    """Return the interpreter of that environment.

    Without network the test is skipped on a developer's machine and fails where ``CI=true``.
    """
    key = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = ROOT / ".build" / f"venv-6x-{key}"
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may need it at once
        if not (folder / ".ready").exists():
            _make(folder)
    return str(folder / "bin" / "python")


def _make(folder: Path) -> None:
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, fresh], check=True)
    install = ["pip", "install", "--quiet", "--require-hashes", "--compile-bytecode", "-r", LOCK]
    done = subprocess.run(
        [sys.executable, "-m", "uv", *install, "--python", fresh / "bin" / "python"],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        tools.skip_or_fail(f"the newer bindings cannot be installed: {done.stderr.strip().splitlines()[-1]}")
    (fresh / ".ready").touch()
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
