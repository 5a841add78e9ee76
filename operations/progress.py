"""What people see while they wait: a line for each step, on stderr so that stdout stays for answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console

from operations.errors import Failed

CONSOLE = Console(stderr=True, highlight=False, soft_wrap=True)
T = TypeVar("T")


def say(text: str) -> None:
    """One line."""
    CONSOLE.print(text, markup=False)


@contextmanager
def step(text: str) -> Iterator[None]:
    """A step with its time: ``migrate the database ... 12 s``."""
    began = time.monotonic()
    with CONSOLE.status(f"{text} ..."):
        yield
    say(f"{text}: {time.monotonic() - began:.0f} s")


def wait_for(
    text: str, look: Callable[[], T | None], *, seconds: float, every: float, fix: str, sleep: Callable[[float], None]
) -> T:
    """The first answer of ``look`` that is not None, asked every ``every`` seconds.

    Raises Failed with ``fix`` after ``seconds``. ``sleep`` is :func:`time.sleep`, or a test's.
    """
    began, waited = time.monotonic(), 0.0
    with CONSOLE.status(f"waiting for {text}") as status:
        while True:
            answer = look()
            if answer is not None:
                return answer
            if waited >= seconds:
                raise Failed(f"{text}: not there after {seconds:.0f} s. {fix}")
            sleep(every)
            waited = max(waited + every, time.monotonic() - began)
            status.update(f"waiting for {text} ({waited:.0f} s)")


def next_command(command: str) -> None:
    """The last line of every operation."""
    say(f"Next: {command}")
