"""One synthesis: a cdktf app whose output is deterministic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cdktf import App


@contextmanager
def app(out: str) -> Iterator[App]:
    """An app that writes to ``out`` when the block ends without an error, and nothing otherwise."""
    synthesis = App(outdir=out)
    yield synthesis
    synthesis.synth()
