"""Ends a run that exceeds its time limit, with a message."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_REPEAT_SECONDS = 0.5
"""Python drops an exception that is raised while an object is finalized; the next one ends the run."""
_MOST_SECONDS = 30 * 24 * 3600.0


def add_time_limit(
    parser: argparse.ArgumentParser,
    *,
    default: float = 900,
    text: str = "time limit; exit 2 when it is exceeded; default: 900",
) -> None:
    """Add the option ``--time-limit``; its value is the argument of ``time_limit``."""
    parser.add_argument(
        "--time-limit",
        type=_seconds,
        default=default,
        metavar="SECONDS",
        help=text,
    )


def _seconds(given: str) -> float:
    try:
        seconds = float(given)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _MOST_SECONDS:  # NaN is neither
        raise argparse.ArgumentTypeError(f"must be 0 (no limit) to {_MOST_SECONDS:.0f} seconds, got {given!r}")
    return seconds


class TimeLimitError(BaseException):
    """The time limit is exceeded; not an ``Exception``, so that no handler of a rule's error catches it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise ``TimeLimitError`` in the block after ``seconds``; without effect outside of the main thread.

    Args:
        seconds: The limit; 0 for none.
    """
    if not seconds or threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    previous = signal.signal(signal.SIGALRM, _raise)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, _REPEAT_SECONDS)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _raise(_signal: int, _frame: FrameType | None) -> None:
    raise TimeLimitError
