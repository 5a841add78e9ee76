"""Finds what fails for some sources while their flows are removed, and only then."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager


class StillFailing(RuntimeError):
    """Raised when a check fails although the flow has been restored: the failure says nothing about the flow."""


def failures(
    check: Callable[[Sequence[str]], Mapping[str, str]],
    sources: Sequence[str],
    *,
    removed: AbstractContextManager[object],
    seconds: float,
) -> dict[str, str]:
    """Run a check while flows are removed, and again after they have been restored.

    Args:
        check: gives what fails for some sources; empty where nothing does.
        sources: the sources of the flows.
        removed: the flows are removed in it.
        seconds: longest time until the check succeeds with the flows.

    Returns:
        What failed without the flow of each source.

    Raises:
        StillFailing: the check still failed after ``seconds``.
    """
    with removed:
        found = dict(check(sources))
    deadline = time.monotonic() + seconds
    failed = [source for source, text in found.items() if text]
    while failed and (failed := [source for source, text in check(failed).items() if text]):
        if time.monotonic() >= deadline:
            raise StillFailing(f"{', '.join(failed)}: {found[failed[0]]}, also after the flow has been restored")
    return found
