"""Progress of a Terraform run for people: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from terraform_harness.terraform.diagnostics import Message

EVERY_SECONDS = 20.0


@dataclass(slots=True)
class Watch:
    """Counts what is done and knows what is being waited for.

    ``hear`` takes Terraform's messages. ``total`` is the number of planned changes, known from the message ``changes``.
    """

    title: str
    console: Console
    progress: Progress | None = None
    total: int = 0
    done: int = 0
    waiting: dict[str, float] = field(default_factory=dict)
    _said: float = field(default_factory=time.monotonic)
    _bar: int | None = None

    def expect(self, total: int) -> None:
        self.total = total
        if self.progress:
            self._bar = self.progress.add_task(self.title, total=total, note="")

    def hear(self, message: Message) -> None:
        if message.kind == "apply_start":
            self.waiting[message.address] = time.monotonic()
        elif message.kind in ("apply_complete", "apply_errored"):
            self.waiting.pop(message.address, None)
            self.done += message.kind == "apply_complete"
        self._show()

    @property
    def note(self) -> str:
        """What has been waited for the longest, if it takes a while."""
        if not self.waiting:
            return ""
        address, since = min(self.waiting.items(), key=lambda pair: pair[1])
        seconds = time.monotonic() - since
        return f"waiting for {address} ({seconds:.0f} s)" if seconds > 3 else ""

    def _show(self) -> None:
        if self.progress and self._bar is not None:
            self.progress.update(self._bar, completed=self.done, note=self.note)  # type: ignore[arg-type]
        elif time.monotonic() - self._said > EVERY_SECONDS:
            self._said = time.monotonic()
            self.console.print(f"  {self.title}: {self.done} of {self.total} done; {self.note}", soft_wrap=True)


@contextmanager
def watch(title: str, *, console: Console) -> Iterator[Watch]:
    """A :class:`Watch` with a live bar when ``console`` is a terminal."""
    if not console.is_terminal:
        yield Watch(title=title, console=console)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    tail = (TimeElapsedColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, *tail, console=console, transient=True) as progress:
        yield Watch(title=title, console=console, progress=progress)
