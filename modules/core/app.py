"""The cdktf app of one synthesis."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cdktf import App

STACK_FILE = "cdk.tf.json"
# cdktn rejects write-only arguments unless every target supports them; cdktf ignores the key.
_CONTEXT = {"targetVersions": {"terraform": ">=1.11.0"}}


@contextmanager
def app(out: str) -> Iterator[App]:
    """Yield a cdktf app that writes to ``out`` when the block ends without an error, and writes nothing otherwise.

    The file of a stack that no longer exists is removed; other files in the stack's folder (a local state) stay.

    Args:
        out: output folder, usually ``cdktf.out``.
    """
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    synthesis = App(outdir=out, context=_CONTEXT)
    yield synthesis
    synthesis.synth()
    written = set(json.loads((Path(out) / "manifest.json").read_text(encoding="utf-8"))["stacks"])
    for stale in Path(out).glob(f"stacks/*/{STACK_FILE}"):
        if stale.parent.name not in written:
            stale.unlink()
