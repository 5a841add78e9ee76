"""One piece of work in a copy of this process, while this process goes on with another."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar, cast

Result = TypeVar("Result")


@contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Begin `work` in a copy of this process; what you get waits for its result, which has to be picklable.

    Where a copy is of no use (one core) or not safe (threads, a system without a dependable fork), or where it ends
    without an answer, the work is done here, when it is asked for.
    """
    if not _is_worth_a_copy():
        yield work
        return
    context = get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield lambda: _result(ours, work)
    finally:
        ours.close()
        process.kill()
        process.join()


def _is_worth_a_copy() -> bool:
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


def _answer(work: Callable[[], Result], to: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever waits for us hears Ctrl-C, and ends us
    to.send(work())


def _result(answer: Connection, work: Callable[[], Result]) -> Result:
    try:
        return cast(Result, answer.recv())
    except EOFError:
        return work()
