"""Virtual environments with other bindings, each created once from its own lock file."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from terraform_harness import tools

from local.repository import ROOT

# Ends only what hangs: the processors are busy with other tests.
TIMEOUT_SECONDS = 1800


def python(bindings: str) -> str:
    """Return the interpreter with the packages of ``requirements-<bindings>.txt``: ``6x`` or ``cdktn``.

    Without network the test is skipped on a developer's machine and fails where ``CI=true``.
    """
    lock_file = ROOT / f"requirements-{bindings}.txt"
    key = hashlib.sha256(lock_file.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = ROOT / ".build" / f"venv-{bindings}-{key}"
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may need it at once
        if not (folder / ".ready").exists():
            _make(folder, lock_file)
    return str(folder / "bin" / "python")


def _make(folder: Path, lock_file: Path) -> None:
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "uv", "venv", "--quiet", "--python", sys.executable, fresh], check=True)
    # Python compiles what a test imports. `--compile-bytecode` fails after 60 s, which a busy machine needs.
    install = ["pip", "install", "--quiet", "--require-hashes", "-r", lock_file, "--python", fresh / "bin" / "python"]
    done = subprocess.run(
        [sys.executable, "-m", "uv", *install],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        tools.skip_or_fail(f"{lock_file.name} cannot be installed: {done.stderr.strip().splitlines()[-1]}")
    (fresh / ".ready").touch()
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
