"""Runs a function in a forked process, in parallel with this process."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar, cast

Result = TypeVar("Result")


@contextmanager
def run_in_fork(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Start ``work`` in a forked process; the function that the context gives waits for the result.

    Where a fork does not help (one core) or is not safe (threads, an operating system without a reliable fork), or
    where the forked process ends without a result, the function runs ``work`` in this process instead.

    Args:
        work: A function without arguments whose result can be pickled.
    """
    if not _fork_helps():
        yield work
        return
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send_result, args=(work, sender), daemon=True)
    process.start()
    sender.close()
    try:
        yield lambda: _receive_result(receiver, work)
    finally:
        receiver.close()
        process.kill()
        process.join()


def _fork_helps() -> bool:
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


def _send_result(work: Callable[[], Result], sender: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles Ctrl-C and kills this process
    with suppress(Exception):  # the parent process runs the work again and reports the error
        sender.send(work())


def _receive_result(receiver: Connection, work: Callable[[], Result]) -> Result:
    try:
        return cast(Result, receiver.recv())
    except EOFError:
        return work()
