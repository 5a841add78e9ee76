"""One synthesis: a cdktf app whose output is deterministic."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cdktf import App

STACK_FILE = "cdk.tf.json"


@contextmanager
def app(out: str) -> Iterator[App]:
    """An app that writes to ``out`` when the block ends without an error, and nothing otherwise.

    The file of a stack that no longer exists is removed; whatever else lies in its folder (a local state) stays.
    """
    synthesis = App(outdir=out)
    yield synthesis
    synthesis.synth()
    written = set(json.loads((Path(out) / "manifest.json").read_text(encoding="utf-8"))["stacks"])
    for stale in Path(out).glob(f"stacks/*/{STACK_FILE}"):
        if stale.parent.name not in written:
            stale.unlink()
