"""Progress of a command: one line for each step, on stderr, so that stdout has results only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from operations.aws_errors import explain, is_transient
from operations.errors import OperationError

CONSOLE = Console(stderr=True, highlight=False, soft_wrap=True)
T = TypeVar("T")


def say(text: str) -> None:
    """Print one line on stderr."""
    CONSOLE.print(text, markup=False)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Show a spinner while the body runs, then its duration: ``migrate the database: 12 s``."""
    began = time.monotonic()
    with CONSOLE.status(f"{text} ..."):
        yield
    say(f"{text}: {time.monotonic() - began:.0f} s")


def wait_for(
    text: str, check: Callable[[], T | None], *, seconds: float, every: float, fix: str, sleep: Callable[[float], None]
) -> T:
    """Call ``check`` every ``every`` seconds until its result is not None, and return that result.

    Throttling and network errors of AWS do not end the wait.

    Args:
        text: what is waited for, for the spinner and the error message.
        seconds: time limit.
        fix: end of the error message.
        sleep: :func:`time.sleep`; tests replace it.

    Raises:
        OperationError: the time limit has passed.
    """
    began, waited, problem = time.monotonic(), 0.0, ""
    with CONSOLE.status(f"waiting for {text}") as status:
        while True:
            try:
                result = check()
            except (ClientError, BotoCoreError) as error:
                if not is_transient(error):
                    raise
                result, problem = None, f" Last error: {explain(error)}."
            if result is not None:
                return result
            if waited >= seconds:
                raise OperationError(f"timed out after {seconds:.0f} s while waiting for {text}.{problem} {fix}")
            sleep(every)
            waited = max(waited + every, time.monotonic() - began)
            status.update(f"waiting for {text} ({waited:.0f} s)")


def next_command(command: str) -> None:
    """Print the command that usually follows; the last line of every command."""
    say(f"Next: {command}")
