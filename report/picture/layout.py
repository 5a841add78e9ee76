"""Runs elkjs on a graph."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from report.errors import ReportError

FOLDER = Path(__file__).parent
TIMEOUT_SECONDS = 60


def laid_out(graph: dict[str, Any]) -> dict[str, Any]:
    """The graph with positions.

    Raises:
        ReportError: Node.js or elkjs is missing, or the layout failed.
    """
    node = shutil.which("node")
    if node is None:
        raise ReportError("node is missing; it computes the layout of the picture. Fix: install Node.js 20 or newer")
    if not (FOLDER / "node_modules" / "elkjs").is_dir():
        raise ReportError("elkjs is missing. Fix: npm ci --prefix report/picture")
    try:
        ended = subprocess.run(
            [node, str(FOLDER / "layout.cjs")],
            input=json.dumps(graph),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ReportError(f"the layout took longer than {TIMEOUT_SECONDS} s. Fix: report fewer components") from None
    if ended.returncode:
        raise ReportError(f"the layout failed: {ended.stderr.strip()[:300]}. Fix: npm ci --prefix report/picture")
    found: dict[str, Any] = json.loads(ended.stdout)
    return found
